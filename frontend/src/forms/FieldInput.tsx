import { Switch, TextArea } from "@patternfly/react-core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { ChecksInput } from "./ChecksInput";
import { ChoiceInput, RadioInput } from "./ChoiceInput";
import type { FieldInputProps } from "./FieldFrame";
import { inputId } from "./field";
import { LineInput } from "./LineInput";

/** Few forms take files: what drops them is heavy. */
const FileInput = lazy(async () => ({ default: (await import("./FileInput")).FileInput }));

/** The input of a field, by its kind. */
export function FieldInput(props: FieldInputProps) {
  const { field, texts, name, wrong, told, onText } = props;
  const { t } = useTranslation();
  const text = texts[field.id] ?? "";
  const common = {
    id: inputId(props.form, field.id),
    value: text,
    validated: wrong ? ("error" as const) : ("default" as const),
    isRequired: field.required === true,
    placeholder: field.placeholder ?? "",
    spellCheck: false,
    "aria-describedby": told,
    onChange: (_: unknown, typed: string) => onText(typed),
  };
  switch (field.input) {
    case "radio":
      return <RadioInput {...props} />;
    case "checks":
      return <ChecksInput {...props} />;
    case "list":
      return null;
    case "choice":
      return <ChoiceInput {...props} />;
    case "file":
      return (
        <Suspense fallback={null}>
          <FileInput {...props} />
        </Suspense>
      );
    case "switch":
      return (
        <Switch
          id={common.id}
          aria-label={name}
          label={t(text === "true" ? "form.on" : "form.off")}
          isChecked={text === "true"}
          aria-describedby={told}
          onChange={(_, on) => onText(String(on))}
        />
      );
    case "lines":
    case "notes":
      return (
        <TextArea
          {...common}
          rows={field.input === "notes" ? 8 : 3}
          resizeOrientation="vertical"
          {...(field.code ? { className: "cr-code-input" } : {})}
        />
      );
    case "clock":
    case "number":
    case "text":
      return <LineInput {...props} />;
  }
}
