import i18next from "i18next";
import type { Rehearsed } from "../../actions/action";
import { listRoles, previewBinding } from "../../api/generated/sdk.gen";
import type { BindingChange, BindingRow, NewBinding } from "../../api/generated/types.gen";
import type { Field, Option, Texts } from "../../forms/field";
import { DAYS, type EndChosen, endFields, endOf, endText, NEVER } from "./ends";
import { GrantPreview } from "./GrantPreview";

/** What the form of a grant holds. */
export type Granted = Omit<NewBinding, "expires"> & EndChosen;

const scopeField = (initial: string): Field => ({
  id: "scope",
  input: "text",
  label: "access.grant.scope",
  help: "access.grant.scopeHint",
  required: true,
  maxLength: 4096,
  initial,
});

const ROLE: Field = {
  id: "role",
  input: "choice",
  label: "access.grant.role",
  required: true,
  maxLength: 64,
  options: rolesAt,
};

/** The fields of a grant at `scope`; of whom, unless that is known already. */
export const grantFields = (scope: string, texts: Texts, named: boolean): readonly Field[] => [
  ...(named ? [] : WHO),
  scopeField(scope),
  { ...ROLE, initial: "viewer" },
  ...endFields(texts, NEVER),
  REASON,
];

/** A role at a place, or none. */
export const roleFields = (scope: string): readonly Field[] => [
  { ...ROLE, required: false },
  { ...scopeField(scope), required: false },
];

const SUBJECTS = (["user", "team", "group", "service"] as const).map((value) => ({
  value,
  label: `access.subject.${value}` as const,
}));

// Written here: the schemas of bodies are in one file with those that the first pages need.
const WHO: readonly Field[] = [
  {
    id: "subject_kind",
    input: "choice",
    label: "access.why.subjectKind",
    required: true,
    options: SUBJECTS,
    initial: "user",
  },
  {
    id: "subject",
    input: "text",
    label: "access.why.subject",
    help: "access.grant.subjectHint",
    required: true,
    maxLength: 321,
  },
];
const REASON: Field = { id: "reason", input: "text", label: "access.grant.reason", maxLength: 512 };

/** The roles there are; which of them the viewer may not give at the place is said. */
async function rolesAt({ scope = "" }: Texts): Promise<readonly Option[]> {
  if (!scope) return [];
  const { data } = await listRoles({ query: { scope } });
  return data.map(({ id, title, may_give }) => ({
    value: id,
    title: title.toLowerCase().replaceAll(" ", "-") === id ? title : `${title} (${id})`,
    ...(may_give ? {} : { against: i18next.t("access.grant.notHeld") }),
  }));
}

/** What the API takes of the form. */
export const bindingOf = ({ expires, days, ...body }: Granted): NewBinding => ({
  ...body,
  expires: endOf(expires, days),
});

/** What it would give, as the console finds it. */
export async function previewOf(body: NewBinding): Promise<Rehearsed> {
  const { data } = await previewBinding({ body });
  return { shown: <GrantPreview asked={body} told={data} /> };
}

/** A grant that there is, as the form of its end and reason holds it. */
export const heldAs = ({ expires, reason }: Pick<BindingRow, "expires" | "reason">) => ({
  expires: endText(expires),
  reason,
});

export const changeFields = (texts: Texts, { expires }: Pick<BindingRow, "expires">) => [
  ...endFields(texts, NEVER, endText(expires)),
  REASON,
];

/** What the API takes of what was changed. */
export const changeOf = ({
  expires,
  days,
  reason,
}: EndChosen & { reason?: string }): BindingChange => ({
  ...(reason === undefined ? {} : { reason }),
  ...(expires === undefined && days === undefined ? {} : { expires: endOf(expires ?? DAYS, days) }),
});
