import { Alert, Button } from "@patternfly/react-core";
import { lazy, Suspense, useEffect, useId } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { FormField } from "./FormField";
import { concerns, type Field, inputId, type Texts } from "./field";
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

/** The fields of a form, above them what somebody else changed and where a draft came back. */
export function FormFields({ form, errors, onChange }: FormFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  useFocusOnWrong(id, form, errors);
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
      {form.clashes.length > 0 && (
        <Suspense fallback={null}>
          <Clashes id={id} form={form} />
        </Suspense>
      )}
      {form.fields.map((field) => {
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
          <FormField
            key={field.id}
            {...common}
            fault={form.faults[field.id]}
            error={errors.find((found) => concerns(found.field, field.id))}
          />
        );
      })}
    </>
  );
}

/** Who tried to send a form is led to the first field that is wrong, out of sight or not. */
function useFocusOnWrong(id: string, form: FormState, errors: readonly FieldError[]): void {
  const told = errors.map(({ field }) => field).join("\n");
  const { tries } = form;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a try, not while it is mended
  useEffect(() => {
    if (tries === 0) return;
    const input = firstWrong(id, form.fields, form.faults, errors);
    input?.focus();
    // What is wrong stands below it, and must not be behind the dialogue's foot.
    input?.scrollIntoView?.({ block: "center" });
  }, [tries, told]);
}

/** The input of the first field that is wrong, or of what it lies in. */
function firstWrong(
  form: string,
  fields: readonly Field[],
  faults: Texts,
  errors: readonly FieldError[],
): HTMLElement | null {
  const named = [...Object.keys(faults), ...errors.map(({ field }) => field)];
  const [first] = fields.flatMap(({ id }) => named.filter((one) => concerns(one, id)));
  const path = first?.split(".") ?? [];
  for (let depth = path.length; depth > 0; depth -= 1) {
    const input = document.getElementById(inputId(form, path.slice(0, depth).join(".")));
    if (input) return input;
  }
  return null;
}
