import { hourOf } from "./clock";
import type { Field, Option, Texts } from "./field";
import { listText } from "./list";

/** A value as it stands in the input of a field. */
export function typed(field: Field, value: unknown): string {
  if (value === null || value === undefined) return "";
  const { input, things, options } = field;
  if (input === "clock") return hourOf(Number(value));
  if (!Array.isArray(value)) return String(value);
  if (input === "list" && things)
    return listText(
      things.fields,
      value.map((thing: object) => typedIn(things.fields, thing)),
    );
  // In the order they are offered in: the same choice always reads the same.
  if (input === "checks") return ordered(options, value.map(String)).join("\n");
  return value.join("\n");
}

/** What stands in the fields of something that exists. */
export const typedIn = (fields: readonly Field[], values: object): Texts =>
  Object.fromEntries(fields.map((field) => [field.id, typed(field, at(values, field.id))]));

function at(values: object, id: string): unknown {
  return id
    .split(".")
    .reduce<unknown>(
      (inside, name) =>
        typeof inside === "object" && inside !== null ? Reflect.get(inside, name) : undefined,
      values,
    );
}

/** Of what can be chosen, what is. */
export const ordered = (options: Field["options"], chosen: readonly string[]): readonly string[] =>
  (typeof options === "function" ? [] : ((options as readonly Option[] | undefined) ?? []))
    .map(({ value }) => value)
    .filter((value) => chosen.includes(value));
