import type { TFunction } from "i18next";
import type { Field, Texts } from "./field";

/** What is wrong with what is typed, as a sentence, before anything is sent; null where nothing is. */
export function faultOf(field: Field, text: string, t: TFunction): string | null {
  if (text === "") return needed(field) ? t("form.required") : null;
  if (field.input === "number") return numberFault(field, text, t);
  if (field.input === "lines") {
    const wrong = field.numbers && text.split(/[\s,]+/).find((one) => !/^\d*$/.test(one));
    return wrong ? t("form.wholeNumbers") : null;
  }
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = field;
  if (text.length < minLength) return t("form.tooShort", { count: minLength });
  if (text.length > maxLength) return t("form.tooLong", { count: maxLength });
  return pattern && !new RegExp(pattern, "u").test(text) ? t("form.pattern") : null;
}

/** A stored secret need not be typed again; a number is never nothing unless nothing is said to be. */
const needed = ({ required, stored, nullable, input }: Field) =>
  (required === true || input === "number") && stored === undefined && !nullable;

function numberFault(
  { whole, minimum, maximum }: Field,
  text: string,
  t: TFunction,
): string | null {
  const value = Number(text);
  if (Number.isNaN(value)) return t("form.number");
  if (whole && !Number.isInteger(value)) return t("form.whole");
  if (minimum !== undefined && value < minimum) return t("form.tooSmall", { minimum });
  if (maximum !== undefined && value > maximum) return t("form.tooLarge", { maximum });
  return null;
}

/** The faults of a whole form, by field. */
export function faultsOf(fields: readonly Field[], texts: Texts, t: TFunction): Texts {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const fault = faultOf(field, texts[field.id] ?? "", t);
      return fault ? [[field.id, fault]] : [];
    }),
  );
}
