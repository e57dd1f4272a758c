import { TextInput } from "@patternfly/react-core";
import type { FieldInputProps } from "./FieldFrame";
import { inputId } from "./field";

export interface LineInputProps extends FieldInputProps {
  autoFocus?: boolean | undefined;
}

/** An input of one line: a text, a secret, a number, a time of the day. */
export function LineInput({ form, field, texts, wrong, told, onText, ...own }: LineInputProps) {
  const { secret, required, placeholder = "", input, autoComplete } = field;
  return (
    <TextInput
      id={inputId(form, field.id)}
      value={texts[field.id] ?? ""}
      type={secret ? "password" : "text"}
      validated={wrong ? "error" : "default"}
      isRequired={required === true}
      placeholder={placeholder}
      spellCheck={false}
      autoFocus={own.autoFocus === true}
      autoComplete={autoComplete ?? (secret ? "new-password" : "off")}
      aria-describedby={told}
      onChange={(_, typed) => onText(typed)}
      {...(input === "number" ? { inputMode: "decimal" } : {})}
      {...(autoComplete?.startsWith("username") ? { autoCapitalize: "none" } : {})}
    />
  );
}
