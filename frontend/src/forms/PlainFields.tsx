import { useId } from "react";
import type { FieldError } from "../api/problem";
import { FieldFrame } from "./FieldFrame";
import { concerns } from "./field";
import { LineInput } from "./LineInput";
import { useFocusOnWrong } from "./useFocusOnWrong";
import type { FormState } from "./useForm";

export interface PlainFieldsProps {
  form: FormState;
  /** What the server found wrong, field by field. */
  errors: readonly FieldError[];
  /** The form is what the page is for: who comes can type at once. */
  focusFirst?: boolean;
}

/** The fields of a form that has inputs of one line only: without what the others would weigh. */
export function PlainFields({ form, errors, focusFirst }: PlainFieldsProps) {
  const id = useId();
  useFocusOnWrong(id, form, errors);
  const first = form.fields[0]?.id;
  return form.fields.map((field) => (
    <FieldFrame
      key={field.id}
      form={id}
      field={field}
      texts={form.texts}
      fault={form.faults[field.id]}
      error={errors.find((found) => concerns(found.field, field.id))}
      onText={(text) => form.set(field.id, text)}
      input={(props) => <LineInput {...props} autoFocus={focusFirst && field.id === first} />}
    />
  ));
}
