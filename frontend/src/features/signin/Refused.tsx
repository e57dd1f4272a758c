import { useTranslation } from "react-i18next";
import { type FieldError, type Problem, toProblem } from "../../api/problem";
import { concerns } from "../../forms/field";
import type { FormState } from "../../forms/useForm";
import { Notice } from "../../states/Notice";

/** Why it was refused; what is about single fields stands at them. */
export function Refused({ problem, form }: { problem: Problem; form: FormState }) {
  const { t } = useTranslation();
  const { detail, title } = problem;
  const errors = problem.errors ?? [];
  const atFields =
    errors.length > 0 &&
    errors.every(({ field }) => form.fields.some(({ id }) => concerns(field, id)));
  return (
    <Notice
      tone="danger"
      live
      title={atFields ? t("form.seeFields") : <span translate="no">{detail || title}</span>}
    />
  );
}

/** What was found wrong with single fields. */
export const errorsOf = (error: Error | null): readonly FieldError[] =>
  (error && toProblem(error).errors) || [];
