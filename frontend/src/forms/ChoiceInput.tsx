import { FormSelect, FormSelectOption, Radio, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldInputProps } from "./FieldFrame";
import { inputId } from "./field";
import { useOptionName } from "./useOptionName";
import { useOptions } from "./useOptions";

/** One of several, from a menu; as text where a system cannot say what there is. */
export function ChoiceInput({ form, field, texts, wrong, told, onText }: FieldInputProps) {
  const { t } = useTranslation();
  const nameOf = useOptionName();
  const options = useOptions(form, field, texts);
  const fits = options.length === 0 && !field.whole ? "text" : "menu";
  // What somebody types into is not changed for a menu, nor is the focus lost by another change.
  const [typing, setTyping] = useState(false);
  const [focused, setFocused] = useState(false);
  const common = {
    id: inputId(form, field.id),
    value: texts[field.id] ?? "",
    validated: wrong ? ("error" as const) : ("default" as const),
    isRequired: field.required === true,
    "aria-describedby": told,
    autoFocus: focused,
    onFocus: () => setFocused(true),
    onBlur: () => {
      setFocused(false);
      setTyping(false);
    },
  };
  if (typing || fits === "text")
    return (
      <TextInput
        {...common}
        autoComplete="off"
        placeholder={field.placeholder ?? ""}
        onChange={(_, text) => {
          setTyping(true);
          onText(text);
        }}
      />
    );
  const known = options.some(({ value }) => value === common.value);
  return (
    <FormSelect {...common} onChange={(_, value) => onText(value)}>
      {(!field.required || !known) && <FormSelectOption value="" label={t("form.none")} />}
      {!known && common.value && <FormSelectOption value={common.value} label={common.value} />}
      {options.map((option) => (
        <FormSelectOption
          key={option.value}
          value={option.value}
          label={option.against ? `${nameOf(option)}: ${option.against}` : nameOf(option)}
          isDisabled={Boolean(option.against)}
        />
      ))}
    </FormSelect>
  );
}

/** One of few that need a sentence each; the first one where none was chosen. */
export function RadioInput({ form, field, texts, onText }: FieldInputProps) {
  const nameOf = useOptionName();
  const options = useOptions(form, field, texts);
  const chosen = options.find(({ value }) => value === texts[field.id]) ?? options[0];
  return options.map((option) => (
    <Radio
      key={option.value}
      id={`${inputId(form, field.id)}-${option.value}`}
      name={inputId(form, field.id)}
      label={<span translate={option.label ? "yes" : "no"}>{nameOf(option)}</span>}
      description={option.help && <span translate="no">{option.help}</span>}
      isChecked={option.value === chosen?.value}
      onChange={() => onText(option.value)}
    />
  ));
}
