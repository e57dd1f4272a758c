import { newOidcProviderBody } from "../../api/generated/bodies.gen";
import { type Field, type FieldWords, fieldsOf } from "../../forms/field";
import { newDirectoryFields } from "./directoryFields";
import { SHARED } from "./providerFields";
import type { OidcPreset, Preset } from "./providersApi";
import { newSamlFields } from "./samlFields";

/** What a product's own words replace when another product is chosen. */
const PROPOSED = ["issuer", "scopes", "claim_login", "claim_groups"] as const;

/** The fields whose texts go when another product is chosen: what each of them proposes. */
const CLEARED = [
  ...PROPOSED,
  "servers",
  "bind_dn",
  "people_base",
  "people_filter",
  "login_by",
  "unique",
  "login_attribute",
  "name_attribute",
  "groups_by",
  "groups_base",
  "groups_filter",
  "group_name",
  "entity_id",
  "metadata_url",
  "subject",
  "attribute_login",
  "attribute_name",
  "attribute_email",
  "attribute_groups",
] as const;

/** The form of a new provider, with what its product usually needs. */
export function newFields(presets: readonly Preset[], chosen: string | undefined): Field[] {
  const preset = presets.find(({ kind }) => kind === chosen) ?? presets[0];
  const kind = {
    label: "providers.field.kind",
    input: "radio",
    initial: presets[0]?.kind ?? "oidc",
    options: presets.map((one) => ({ value: one.kind, title: one.title })),
  } as const satisfies FieldWords;
  const fields = fieldsFor(kind, preset);
  return fields.map((field) => (field.id === "kind" ? { ...field, clears: CLEARED } : field));
}

function fieldsFor(kind: FieldWords, preset: Preset | undefined): Field[] {
  if (preset?.protocol === "ldap") return newDirectoryFields(kind, preset);
  return preset?.protocol === "saml" ? newSamlFields(kind, preset) : newOidcFields(kind, preset);
}

function newOidcFields(kind: FieldWords, preset: OidcPreset | undefined): Field[] {
  const proposed = new Map(Object.entries(preset ?? {}));
  const fields = fieldsOf(newOidcProviderBody, {
    kind,
    name: { label: "providers.field.name", help: "providers.field.nameHelp" },
    issuer: { label: "providers.field.issuer", help: "providers.field.issuerHelp" },
    ...SHARED,
  });
  return fields.map((field) => {
    if (field.id === "issuer") return issuerField(field, preset);
    if (field.id === "claim_groups" && preset) return groupsField(field, preset);
    const words = PROPOSED.some((id) => id === field.id) ? proposed.get(field.id) : undefined;
    return words === undefined ? field : { ...field, initial: String(words) };
  });
}

/** An issuer that is the same for everybody is filled in; of the others the pattern is shown. */
function issuerField(field: Field, preset: OidcPreset | undefined): Field {
  if (!preset) return field;
  const { issuer } = preset;
  const fixed = !/[A-Z]{4}/.test(issuer);
  return { ...field, placeholder: issuer, ...(fixed ? { initial: issuer } : {}) };
}

/** What the product needs to tell groups stands where they are read. */
function groupsField({ help: _, ...field }: Field, { claim_groups, hint }: OidcPreset): Field {
  return { ...field, initial: claim_groups, hint };
}
