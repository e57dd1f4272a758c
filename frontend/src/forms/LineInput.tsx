import { TextInput } from "@patternfly/react-core";
import type { FieldInputProps } from "./FieldFrame";
import { inputId } from "./field";
import { useSuggestions } from "./useOptions";

export interface LineInputProps extends FieldInputProps {
  autoFocus?: boolean | undefined;
}

type SuggestedProps = Pick<FieldInputProps, "form" | "field"> & { id: string; text: string };

/** An input of one line: a text, a secret, a number, a time of the day. */
export function LineInput({ form, field, texts, wrong, told, onText, ...own }: LineInputProps) {
  const { secret, required, placeholder = "", input, autoComplete } = field;
  const id = inputId(form, field.id);
  const text = (
    <TextInput
      id={id}
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
      {...(field.suggest ? { list: `${id}-suggested` } : {})}
    />
  );
  if (!field.suggest) return text;
  return (
    <>
      {text}
      <Suggested id={`${id}-suggested`} form={form} field={field} text={texts[field.id] ?? ""} />
    </>
  );
}

/** What the browser offers below the input. */
function Suggested({ id, form, field, text }: SuggestedProps) {
  return (
    <datalist id={id}>
      {useSuggestions(form, field, text).map((one) => (
        <option key={one} value={one} />
      ))}
    </datalist>
  );
}
