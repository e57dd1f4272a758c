import "../../styles/choice.css";
import { FormSelect, FormSelectOption } from "@patternfly/react-core";

export interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What the empty value stands for, where there is one. */
  all?: string;
  names: readonly string[];
  /** What is said of a name besides. */
  note?: (name: string) => string;
}

/** One of some names, in a bar of choices. */
export function Choice({ label, value, onChange, all, names, note }: ChoiceProps) {
  return (
    <FormSelect
      aria-label={label}
      className="cr-choice"
      value={value}
      onChange={(_, name) => onChange(name)}
    >
      {all !== undefined && <FormSelectOption value="" label={all} />}
      {names.map((name) => (
        <FormSelectOption
          key={name}
          value={name}
          label={[name, note?.(name)].filter(Boolean).join(" · ")}
          translate="no"
        />
      ))}
    </FormSelect>
  );
}
