import { FormGroup, FormHelperText, HelperText, HelperTextItem } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { type Field, type Input, inputId, type Texts } from "./field";
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

export interface FieldInputProps extends FormFieldProps {
  name: string;
  wrong: boolean;
  /** The id of what is said about it. */
  told: string;
}

/** What a field with several inputs is to those who do not see it. */
const ROLES: Partial<Record<Input, string>> = { radio: "radiogroup", checks: "group" };

export interface FieldFrameProps extends FormFieldProps {
  input: (props: FieldInputProps) => ReactNode;
}

/** What stands around the input of a field: its name, what it means, and what is wrong with it. */
export function FieldFrame({ input, ...props }: FieldFrameProps) {
  const { t } = useTranslation();
  const { form, field, texts, fault, error } = props;
  const { name, raw } = useFieldName(field);
  const id = inputId(form, field.id);
  const told = `${id}-told`;
  const help = field.help ? t(field.help) : field.hint;
  const wrong = fault ?? (error && `${error.message}${error.accepts ? ` (${error.accepts})` : ""}`);
  const keeps = field.stored !== undefined && texts[field.id] === undefined;
  const role = ROLES[field.input];
  const group = role ? { role, "aria-describedby": told } : {};
  return (
    <FormGroup
      {...group}
      label={<span translate={raw ? "no" : "yes"}>{name}</span>}
      fieldId={id}
      isRequired={field.required === true && !keeps}
      data-field={field.id}
    >
      {input({ ...props, name, wrong: wrong !== undefined, told })}
      {(wrong || help) && (
        <FormHelperText>
          <HelperText id={told}>
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
