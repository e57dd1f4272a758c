import {
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextInput,
} from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import type { ActionField, Values } from "./action";

export interface FieldsProps {
  fields: readonly ActionField[];
  values: Values;
  /** What the server found wrong, field by field. */
  errors: readonly FieldError[];
  onValue: (id: string, value: string) => void;
}

/** The inputs of an action, each with what the server says is wrong with it. */
export function Fields({ fields, values, errors, onValue }: FieldsProps) {
  return fields.map((field) => (
    <Field
      key={field.id}
      field={field}
      value={values[field.id] ?? ""}
      error={errors.find((found) => found.field === field.id)}
      onValue={(value) => onValue(field.id, value)}
    />
  ));
}

interface FieldProps {
  field: ActionField;
  value: string;
  error: FieldError | undefined;
  onValue: (value: string) => void;
}

function Field({ field, value, error, onValue }: FieldProps) {
  const { t } = useTranslation();
  const id = `cr-action-${field.id}`;
  const told = error?.message ?? (field.help && (t(field.help) as string));
  const common = {
    id,
    value,
    isRequired: field.required === true,
    validated: error ? ("error" as const) : ("default" as const),
    ...(told ? { "aria-describedby": `${id}-told` } : {}),
    onChange: (_: unknown, text: string) => onValue(text),
  };
  return (
    <FormGroup
      label={t(field.label) as string}
      fieldId={id}
      isRequired={field.required === true}
      data-field={field.id}
    >
      {field.choices ? (
        <FormSelect {...common}>
          {field.choices.map((choice) => (
            <FormSelectOption key={choice} value={choice} label={choice} />
          ))}
        </FormSelect>
      ) : (
        <TextInput
          {...common}
          type={field.secret ? "password" : "text"}
          autoComplete={field.secret ? "new-password" : "off"}
        />
      )}
      {told && (
        <FormHelperText>
          <HelperText id={`${id}-told`}>
            <HelperTextItem variant={error ? "error" : "default"} translate={error ? "no" : "yes"}>
              {told}
              {error?.accepts ? ` (${error.accepts})` : ""}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
