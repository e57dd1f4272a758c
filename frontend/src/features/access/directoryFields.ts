import { directoryDraftBody, newDirectoryBody } from "../../api/generated/bodies.gen";
import { type Field, type FieldWords, fieldsOf } from "../../forms/field";
import type { DirectoryPreset, DirectoryView } from "./providersApi";

const REACHED = {
  servers: { label: "directories.servers", help: "directories.serversHelp" },
  starttls: { label: "directories.starttls", help: "directories.starttlsHelp" },
  ca: { label: "directories.ca", help: "directories.caHelp", input: "notes" },
  bind_dn: { label: "directories.bindDn", help: "directories.bindDnHelp" },
  bind_password: { label: "directories.bindPassword", help: "directories.bindPasswordHelp" },
} as const satisfies Record<string, FieldWords>;

const PEOPLE = {
  people_base: { label: "directories.peopleBase", help: "directories.peopleBaseHelp" },
  people_filter: { label: "directories.peopleFilter", rare: true },
  login_by: { label: "directories.loginBy", help: "directories.loginByHelp", rare: true },
} as const satisfies Record<string, FieldWords>;

const SHOWN = {
  login_attribute: {
    label: "directories.loginAttribute",
    help: "directories.loginAttributeHelp",
    rare: true,
  },
  name_attribute: { label: "directories.nameAttribute", rare: true },
  email_attribute: { label: "directories.emailAttribute", rare: true },
  groups_by: {
    label: "directories.groupsBy",
    input: "radio",
    options: [
      { value: "member", label: "directories.by.member" },
      { value: "memberof", label: "directories.by.memberof" },
      { value: "chain", label: "directories.by.chain" },
      { value: "none", label: "directories.by.none" },
    ],
  },
  groups_base: { label: "directories.groupsBase", help: "directories.groupsBaseHelp" },
  groups_filter: { label: "directories.groupsFilter", rare: true },
  group_name: { label: "directories.groupName", help: "directories.groupNameHelp", rare: true },
  group_member: {
    label: "directories.groupMember",
    help: "directories.groupMemberHelp",
    rare: true,
  },
  nested: { label: "directories.nested", help: "directories.nestedHelp", rare: true },
  label: { label: "providers.field.label", help: "providers.field.labelHelp" },
  domains: { label: "providers.field.domains", help: "directories.domainsHelp", rare: true },
  known_only: { label: "providers.field.known", help: "providers.field.knownHelp", rare: true },
  place: { label: "providers.field.place", help: "providers.field.placeHelp", rare: true },
} as const satisfies Record<string, FieldWords>;

/** Words in capitals are to be replaced here: shown as a pattern, and not typed for anybody. */
const PATTERNS = ["servers", "bind_dn", "people_base", "groups_base"];

/** The form of a new directory, with what its product usually needs. */
export function newDirectoryFields(kind: FieldWords, preset: DirectoryPreset): Field[] {
  const { server, login_by, hint, ...rest } = preset;
  const proposed = new Map(
    Object.entries({ ...rest, servers: server, login_by: login_by.join("\n") }),
  );
  const fields = fieldsOf(newDirectoryBody, {
    kind,
    name: { label: "providers.field.name", help: "directories.nameHelp" },
    ...REACHED,
    ...PEOPLE,
    unique: { label: "directories.unique", help: "directories.uniqueHelp", rare: true },
    ...SHOWN,
  });
  return fields.map((field) => {
    const word = field.id === "kind" ? undefined : proposed.get(field.id);
    if (field.id === "groups_by") return { ...field, hint, initial: String(word) };
    if (word === undefined) return field;
    const text = String(word);
    const shown = PATTERNS.includes(field.id);
    return shown ? { ...field, placeholder: text } : { ...field, initial: text };
  });
}

/** The form of one that is there; the stored password stays unless another is typed. */
export const fieldsOfDirectory = ({ secret_set, usual }: DirectoryView): Field[] =>
  asUsual(fieldsOf(directoryDraftBody, { ...REACHED, ...PEOPLE, ...SHOWN }), usual).map((field) =>
    field.id === "bind_password" && secret_set !== null ? { ...field, stored: secret_set } : field,
  );

/** What the product usually needs is nothing special: such fields need not be shown at once. */
export const asUsual = (fields: readonly Field[], usual: object | null): Field[] => {
  const words = new Map<string, unknown>(Object.entries(usual ?? {}));
  return fields.map((field) => {
    const word = field.rare ? words.get(field.id) : undefined;
    if (word === undefined) return field;
    return { ...field, initial: Array.isArray(word) ? word.join("\n") : String(word) };
  });
};
