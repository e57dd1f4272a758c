import { FormGroup, FormHelperText, HelperText, HelperTextItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { FieldInput } from "./FieldInput";
import { type Field, type Input, inputId, type Texts } from "./field";
import { StoredSecret } from "./StoredSecret";
import { useFieldName } from "./useFieldName";

export interface FormFieldProps {
  /** What tells the form's inputs from those of another one on the page. */
  form: string;
  field: Field;
  texts: Texts;
  /** What the form itself says is wrong. */
  fault: string | undefined;
  /** What the server says is wrong. */
  error: FieldError | undefined;
  onText: (text: string | undefined) => void;
}

/** What a field with several inputs is to those who do not see it. */
const ROLES: Partial<Record<Input, string>> = { radio: "radiogroup", checks: "group" };

/** One field: its name, its input, what it means, and what is wrong with it. */
export function FormField(props: FormFieldProps) {
  const { t } = useTranslation();
  const { field, texts, fault, error } = props;
  const { name, raw } = useFieldName(field);
  const id = inputId(props.form, field.id);
  const help = field.help ? t(field.help) : field.hint;
  const wrong = fault ?? (error && `${error.message}${error.accepts ? ` (${error.accepts})` : ""}`);
  const keeps = field.stored !== undefined && texts[field.id] === undefined;
  const role = ROLES[field.input];
  const group = role ? { role, "aria-describedby": `${id}-told` } : {};
  return (
    <FormGroup
      {...group}
      label={<span translate={raw ? "no" : "yes"}>{name}</span>}
      fieldId={id}
      isRequired={field.required === true && !keeps}
      data-field={field.id}
    >
      <FieldInput {...props} name={name} wrong={wrong !== undefined} told={`${id}-told`} />
      {field.stored !== undefined && <StoredSecret {...props} stored={field.stored} />}
      {(wrong || help) && (
        <FormHelperText>
          <HelperText id={`${id}-told`}>
            {wrong && (
              <HelperTextItem variant="error" translate={fault ? "yes" : "no"}>
                {wrong}
              </HelperTextItem>
            )}
            {help && <HelperTextItem translate={field.help ? "yes" : "no"}>{help}</HelperTextItem>}
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
