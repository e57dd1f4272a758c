import { Checkbox } from "@patternfly/react-core";
import type { FieldInputProps } from "./FieldFrame";
import { inputId } from "./field";
import { ordered } from "./typed";
import { useOptionName } from "./useOptionName";
import { useOptions } from "./useOptions";

/** Any of a few, each with a box to tick. */
export function ChecksInput({ form, field, texts, onText }: FieldInputProps) {
  const nameOf = useOptionName();
  const options = useOptions(form, field, texts);
  const chosen = (texts[field.id] ?? "").split("\n");
  const first = options[0]?.value;
  return (
    <div className="cr-checks">
      {options.map((option) => {
        const { value } = option;
        // The first one is what the field's own id leads to.
        const id = inputId(form, field.id) + (value === first ? "" : `-${value}`);
        const others = chosen.filter((one) => one !== value);
        return (
          <Checkbox
            key={value}
            id={id}
            label={nameOf(option)}
            isChecked={chosen.includes(value)}
            onChange={(_, on) =>
              onText(ordered(options, on ? [...others, value] : others).join("\n"))
            }
          />
        );
      })}
    </div>
  );
}
