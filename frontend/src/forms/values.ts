import { minutesOf } from "./clock";
import type { Field, Texts } from "./field";
import { shownIn, thingsIn } from "./list";
import { typedIn } from "./typed";

/** A body or a part of one. */
export interface Json {
  [name: string]: unknown;
}

/** What stands in the fields of something that exists; secrets are absent, which means "as stored". */
export function textsOf(fields: readonly Field[], values: object): Texts {
  return typedIn(
    fields.filter(({ secret }) => !secret),
    values,
  );
}

/** What stands in the fields of something new. */
export function firstTexts(fields: readonly Field[]): Texts {
  return Object.fromEntries(
    fields.filter(({ initial }) => initial).map(({ id, initial = "" }) => [id, initial]),
  );
}

/** What the API takes: the fields as they are typed; secrets that nobody touched are left out. */
export function bodyOf(fields: readonly Field[], texts: Texts): Json {
  const body: Json = {};
  for (const field of fields) {
    const text = texts[field.id];
    if (text === undefined && (field.secret || field.nullable)) continue;
    put(body, field.id.split("."), apiValue(field, text ?? ""));
  }
  return body;
}

function put(body: Json, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    body[name] = value;
    return;
  }
  const inside = { ...(body[name] as Json | undefined) };
  put(inside, rest, value);
  body[name] = inside;
}

/** An emptied text is sent as one: null means "stays as it is" wherever a text may be empty. */
const holdsNothing = ({ input, minLength = 0 }: Field) =>
  (input === "text" || input === "notes") && minLength === 0;

function apiValue(field: Field, text: string): unknown {
  const { input, nullable, numbers, whole } = field;
  if (input === "switch") return text === "true";
  if (input === "clock") return minutesOf(text);
  if (input === "list") {
    const { fields = [] } = field.things ?? {};
    return thingsIn(text).map((thing) => bodyOf(shownIn(fields, thing), thing));
  }
  if (input === "lines" || input === "checks") {
    const kept = text.split(/[\s,]+/).filter(Boolean);
    return numbers ? kept.map(Number) : kept;
  }
  if (text === "" && nullable) return holdsNothing(field) ? "" : null;
  if (input === "number" || (whole && text !== "")) return Number(text);
  return text;
}

/** The ids of the fields that hold something else than they did; empty equals absent. */
export function changedIn(fields: readonly Field[], texts: Texts, base: Texts): readonly string[] {
  const differs = ({ id, secret }: Field) =>
    secret
      ? texts[id] !== undefined && texts[id] !== base[id]
      : (texts[id] ?? "") !== (base[id] ?? "");
  return fields.filter(differs).map(({ id }) => id);
}

/** The fields to send when only `changed` ones are: what lies inside one member goes together. */
export function partOf(fields: readonly Field[], changed: readonly string[]): readonly Field[] {
  const root = (id: string) => id.split(".")[0];
  const roots = new Set(changed.map(root));
  return fields.filter(({ id }) => roots.has(root(id)));
}
