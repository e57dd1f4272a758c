import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { concerns, type Field } from "./field";
import type { FormState } from "./useForm";

/** Whether a field may be folded away: nobody has to find what has to be filled in. */
export const isRare = ({ rare, required, initial }: Field) =>
  rare === true && !(required === true && !initial);

export interface RareFieldsProps {
  form: FormState;
  errors: readonly FieldError[];
  children: ReactNode;
}

/** The rare fields of a form: folded away unless one is wrong, or not as usual. */
export function RareFields({ form, errors, children }: RareFieldsProps) {
  const { t } = useTranslation();
  const fields = form.fields.filter(isRare);
  const [open, setOpen] = useState(() =>
    fields.some(({ id, initial = "" }) => (form.texts[id] ?? "") !== initial),
  );
  const wrong = fields.some(
    ({ id }) =>
      Object.keys(form.faults).some((one) => concerns(one, id)) ||
      errors.some(({ field }) => concerns(field, id)),
  );
  // Once, not as long as it is wrong: who mends it is not left before a closed fold.
  if (wrong && !open) setOpen(true);
  if (fields.length === 0) return null;
  return (
    <details
      className="cr-rare"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t("form.more")}</summary>
      <div className="pf-v6-c-form">{children}</div>
    </details>
  );
}
