import i18next from "i18next";
import type { Rehearsed } from "../../actions/action";
import { bindingChangeBody, newBindingBody } from "../../api/generated/bodies.gen";
import { listRoles, previewBinding } from "../../api/generated/sdk.gen";
import type { BindingChange, BindingRow, NewBinding } from "../../api/generated/types.gen";
import { type Field, fieldsOf, type Option, type Texts } from "../../forms/field";
import { DAYS, type EndChosen, endFields, endOf, endText, NEVER } from "./ends";
import { GrantPreview } from "./GrantPreview";

/** What the form of a grant holds. */
export type Granted = Omit<NewBinding, "expires"> & EndChosen;

/** The fields of a grant at `scope`; of whom, unless that is known already. */
export function grantFields(scope: string, texts: Texts, named: boolean): readonly Field[] {
  const who: readonly Field[] = named
    ? []
    : fieldsOf(newBindingBody, {
        subject_kind: { label: "access.why.subjectKind", options: SUBJECTS },
        subject: { label: "access.why.subject", help: "access.grant.subjectHint" },
      });
  return [
    ...who,
    ...fieldsOf(newBindingBody, {
      scope: { label: "access.grant.scope", help: "access.grant.scopeHint", initial: scope },
      role: { label: "access.grant.role", options: rolesAt, initial: "viewer" },
    }),
    ...endFields(texts, NEVER),
    ...fieldsOf(newBindingBody, { reason: { label: "access.grant.reason" } }),
  ];
}

const SUBJECTS = (["user", "team", "group", "service"] as const).map((value) => ({
  value,
  label: `access.subject.${value}` as const,
}));

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
  ...fieldsOf(bindingChangeBody, { reason: { label: "access.grant.reason" } }),
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
