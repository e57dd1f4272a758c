import { useEffect } from "react";
import type { FieldError } from "../api/problem";
import { concerns, type Field, inputId, type Texts } from "./field";
import type { FormState } from "./useForm";

/** Who tried to send a form is led to the first field that is wrong, out of sight or not. */
export function useFocusOnWrong(id: string, form: FormState, errors: readonly FieldError[]): void {
  const told = errors.map(({ field }) => field).join("\n");
  const { tries } = form;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a try, not while it is mended
  useEffect(() => {
    if (tries === 0) return;
    const input = firstWrong(id, form.fields, form.faults, errors);
    input?.focus();
    // What is wrong stands below it, and must not be behind the dialogue's foot.
    input?.scrollIntoView?.({ block: "center" });
  }, [tries, told]);
}

/** The input of the first field that is wrong, or of what it lies in. */
function firstWrong(
  form: string,
  fields: readonly Field[],
  faults: Texts,
  errors: readonly FieldError[],
): HTMLElement | null {
  const named = [...Object.keys(faults), ...errors.map(({ field }) => field)];
  const [first] = fields.flatMap(({ id }) => named.filter((one) => concerns(one, id)));
  const path = first?.split(".") ?? [];
  for (let depth = path.length; depth > 0; depth -= 1) {
    const input = document.getElementById(inputId(form, path.slice(0, depth).join(".")));
    if (input) return input;
  }
  return null;
}
