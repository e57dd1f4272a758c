import { Button } from "@patternfly/react-core";
import { Fragment, lazy, Suspense, useId } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { Notice } from "../states/Notice";
import { FormField } from "./FormField";
import { concerns, type Field } from "./field";
import { isRare, RareFields } from "./RareFields";
import { useFocusOnWrong } from "./useFocusOnWrong";
import type { FormState } from "./useForm";

/** Seldom needed: it brings tables with it. */
const Clashes = lazy(async () => ({ default: (await import("./Clashes")).Clashes }));
const ListField = lazy(async () => ({ default: (await import("./ListField")).ListField }));

export interface FormFieldsProps {
  form: FormState;
  /** What the server found wrong, field by field. */
  errors: readonly FieldError[];
  /** Something in the form was typed or chosen. */
  onChange?: () => void;
}

/**
 * The fields of a form, above them what somebody else changed and where a draft came back, below
 * them those that are seldom needed.
 */
export function FormFields({ form, errors, onChange }: FormFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  useFocusOnWrong(id, form, errors);
  const shown = (field: Field) => {
    const common = {
      form: id,
      field,
      texts: form.texts,
      onText: (text: string | undefined) => {
        form.set(field.id, text);
        onChange?.();
      },
    };
    return field.things ? (
      <Suspense key={field.id} fallback={null}>
        <ListField {...common} things={field.things} faults={form.faults} errors={errors} />
      </Suspense>
    ) : (
      <Fragment key={field.id}>
        {field.heading && <h3>{t(field.heading) as string}</h3>}
        <FormField
          {...common}
          fault={form.faults[field.id]}
          error={errors.find((found) => concerns(found.field, field.id))}
        />
      </Fragment>
    );
  };
  return (
    <>
      {form.restored && form.dirty && (
        <Notice
          tone="info"
          plain
          title={t("form.restored")}
          action={
            <Button variant="link" isInline onClick={() => form.reset()}>
              {t("form.startAnew")}
            </Button>
          }
        />
      )}
      {form.clashes.length > 0 && (
        <Suspense fallback={null}>
          <Clashes id={id} form={form} />
        </Suspense>
      )}
      {form.fields.filter((field) => !isRare(field)).map(shown)}
      <RareFields form={form} errors={errors}>
        {form.fields.filter(isRare).map(shown)}
      </RareFields>
    </>
  );
}
