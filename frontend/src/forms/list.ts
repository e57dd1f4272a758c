import type { Field, Texts } from "./field";

/** What is typed into a list: the texts of each of its things. */
export type Things = readonly Texts[];

/** The things of a list from its one text, which is what a form keeps; none from a damaged one. */
export function thingsIn(text: string): Things {
  try {
    const kept: unknown = JSON.parse(text || "[]");
    return Array.isArray(kept) ? kept.filter(isTexts) : [];
  } catch {
    return [];
  }
}

const isTexts = (kept: unknown): kept is Texts =>
  typeof kept === "object" &&
  kept !== null &&
  Object.values(kept).every((text) => typeof text === "string");

/** The fields a thing has, which may depend on what another of its fields holds. */
export const shownIn = (fields: readonly Field[], thing: Texts): readonly Field[] =>
  fields.filter(({ only }) => !only || held(fields, thing, only.id) === only.is);

const held = (fields: readonly Field[], thing: Texts, id: string) =>
  thing[id] ?? fields.find((field) => field.id === id)?.initial;

/** The one text of a list. The same things always give the same, whatever was typed on the way. */
export function listText(fields: readonly Field[], things: Things): string {
  if (things.length === 0) return "";
  return JSON.stringify(things.map((thing) => textsIn(fields, thing)));
}

/** The texts of a thing, those of the fields it has; where nothing was typed, what is usual. */
export const textsIn = (fields: readonly Field[], thing: Texts): Texts =>
  Object.fromEntries(
    shownIn(fields, thing).map(({ id, initial = "" }) => [id, thing[id] ?? initial]),
  );

/** The things with one of them moved to another place. */
export function moved(things: Things, from: number, to: number): Things {
  const others = things.filter((_, place) => place !== from);
  const one = things[from];
  return one ? [...others.slice(0, to), one, ...others.slice(to)] : things;
}
