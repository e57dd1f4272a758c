import { oidcDraftBody } from "../../api/generated/bodies.gen";
import type { FieldWords } from "../../forms/field";
import { type Field, fieldsOf } from "../../forms/field";
import { asUsual } from "./directoryFields";
import type { OidcView } from "./providersApi";

/** What a provider of OpenID Connect has besides what it is known by. */
export const SHARED = {
  client_id: { label: "providers.field.clientId", help: "providers.field.clientIdHelp" },
  client_secret: { label: "providers.field.secret", help: "providers.field.secretHelp" },
  label: { label: "providers.field.label", help: "providers.field.labelHelp" },
  claim_groups: { label: "providers.field.groups", help: "providers.field.groupsHelp" },
  claim_login: { label: "providers.field.login", help: "providers.field.loginHelp", rare: true },
  scopes: { label: "providers.field.scopes", rare: true },
  acr: { label: "providers.field.acr", help: "providers.field.acrHelp", rare: true },
  domains: { label: "providers.field.domains", help: "providers.field.domainsHelp", rare: true },
  known_only: { label: "providers.field.known", help: "providers.field.knownHelp", rare: true },
  place: { label: "providers.field.place", help: "providers.field.placeHelp", rare: true },
} as const satisfies Record<string, FieldWords>;

/** The form of one that is there; a stored secret stays unless another is typed. */
export const fieldsOfProvider = ({ secret_set, usual }: OidcView): Field[] =>
  asUsual(fieldsOf(oidcDraftBody, SHARED), usual).map((field) =>
    field.id === "client_secret" && secret_set !== null ? { ...field, stored: secret_set } : field,
  );
