import type { TFunction } from "i18next";
import { minutesOf } from "./clock";
import type { Field, Texts } from "./field";
import { shownIn, thingsIn } from "./list";

/** What is wrong with what is typed, as a sentence, before anything is sent; null where nothing is. */
export function faultOf(field: Field, text: string, t: TFunction): string | null {
  if (text === "") return needed(field) ? t("form.required") : null;
  if (field.input === "number") return numberFault(field, text, t);
  if (field.input === "clock") return clockFault(field, text, t);
  if (field.input === "checks" || field.input === "list") return null;
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
  (required === true || input === "number" || input === "clock") &&
  stored === undefined &&
  !nullable;

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

function clockFault({ maximum = 1440 }: Field, text: string, t: TFunction): string | null {
  const minutes = minutesOf(text);
  return minutes === null || minutes > maximum ? t("form.clock") : null;
}

/** The faults of a whole form, by field; inside a list by the place of the thing too. */
export function faultsOf(fields: readonly Field[], texts: Texts, t: TFunction): Texts {
  const found = fields.flatMap((field) => {
    const text = texts[field.id] ?? "";
    const fault = faultOf(field, text, t);
    const own: [string, string][] = fault ? [[field.id, fault]] : [];
    return field.things ? [...own, ...insideOf(field, field.things.fields, text, t)] : own;
  });
  return Object.fromEntries(found);
}

function insideOf(list: Field, fields: readonly Field[], text: string, t: TFunction) {
  return thingsIn(text).flatMap((thing, place) =>
    Object.entries(faultsOf(shownIn(fields, thing), thing, t)).map(
      ([id, fault]): [string, string] => [`${list.id}.${place}.${id}`, fault],
    ),
  );
}
