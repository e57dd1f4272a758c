import "../../i18n/saml";
import { newSamlProviderBody, samlDraftBody } from "../../api/generated/bodies.gen";
import { type Field, type FieldWords, fieldsOf } from "../../forms/field";
import { asUsual } from "./directoryFields";
import type { SamlPreset, SamlView } from "./providersApi";

const PUBLISHED = {
  metadata_url: { label: "saml.metadataUrl", help: "saml.metadataUrlHelp" },
  metadata: { label: "saml.metadata", help: "saml.metadataHelp", input: "notes" },
} as const satisfies Record<string, FieldWords>;

const SHOWN = {
  label: { label: "providers.field.label", help: "providers.field.labelHelp" },
  attribute_groups: { label: "saml.groups", help: "saml.groupsHelp" },
  attribute_login: { label: "saml.login", help: "saml.loginHelp", rare: true },
  attribute_name: { label: "saml.name", rare: true },
  attribute_email: { label: "saml.email", rare: true },
  contexts: { label: "saml.contexts", help: "saml.contextsHelp", rare: true },
  domains: { label: "providers.field.domains", help: "providers.field.domainsHelp", rare: true },
  known_only: { label: "providers.field.known", help: "providers.field.knownHelp", rare: true },
  place: { label: "providers.field.place", help: "providers.field.placeHelp", rare: true },
} as const satisfies Record<string, FieldWords>;

/** Words in capitals are to be replaced here: shown as a pattern, and not typed for anybody. */
const PATTERNS = ["entity_id", "metadata_url"];

/** The form of a new SAML provider: what to set at the product stands first. */
export function newSamlFields(kind: FieldWords, { hint, ...preset }: SamlPreset): Field[] {
  const proposed = new Map<string, string>(Object.entries(preset));
  const fields = fieldsOf(newSamlProviderBody, {
    kind,
    name: { label: "providers.field.name", help: "providers.field.nameHelp" },
    entity_id: { label: "saml.entityId" },
    ...PUBLISHED,
    subject: { label: "saml.subject", help: "saml.subjectHelp" },
    ...SHOWN,
  });
  return fields.map((field) => {
    const word = field.id === "kind" ? undefined : proposed.get(field.id);
    const told = field.id === "entity_id" ? { ...field, hint } : field;
    if (word === undefined) return told;
    return PATTERNS.includes(field.id)
      ? { ...told, placeholder: word }
      : { ...told, initial: word };
  });
}

/** The form of one that is there. */
export const fieldsOfSaml = ({ usual }: SamlView): Field[] =>
  asUsual(fieldsOf(samlDraftBody, { ...PUBLISHED, ...SHOWN }), usual);
