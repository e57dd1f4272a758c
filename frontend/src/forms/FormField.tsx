import { FieldFrame, type FieldInputProps, type FormFieldProps } from "./FieldFrame";
import { FieldInput } from "./FieldInput";
import { StoredSecret } from "./StoredSecret";

/** One field of any kind: its name, its input, what it means, and what is wrong with it. */
export function FormField(props: FormFieldProps) {
  return <FieldFrame {...props} input={anyInput} />;
}

const anyInput = (props: FieldInputProps) => (
  <>
    <FieldInput {...props} />
    {props.field.stored !== undefined && <StoredSecret {...props} stored={props.field.stored} />}
  </>
);
