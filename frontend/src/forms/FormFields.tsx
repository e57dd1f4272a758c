import { Alert, Button } from "@patternfly/react-core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { Clashes } from "./Clashes";
import { FormField } from "./FormField";
import type { FormState } from "./useForm";

export interface FormFieldsProps {
  form: FormState;
  /** What the server found wrong, field by field. */
  errors: readonly FieldError[];
  /** Something in the form was typed or chosen. */
  onChange?: () => void;
}

/** The fields of a form, above them what somebody else changed and where a draft came back. */
export function FormFields({ form, errors, onChange }: FormFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <>
      {form.restored && form.dirty && (
        <Alert
          component="p"
          variant="info"
          variantLabel={t("alert.info")}
          isInline
          isPlain
          title={t("form.restored")}
          actionLinks={
            <Button variant="link" isInline onClick={() => form.reset()}>
              {t("form.startAnew")}
            </Button>
          }
        />
      )}
      {form.clashes.length > 0 && <Clashes form={form} />}
      {form.fields.map((field) => (
        <FormField
          key={field.id}
          form={id}
          field={field}
          texts={form.texts}
          fault={form.faults[field.id]}
          error={errors.find((found) => found.field === field.id)}
          onText={(text) => {
            form.set(field.id, text);
            onChange?.();
          }}
        />
      ))}
    </>
  );
}
