import type { ParseKeys } from "i18next";
import type { BodySchema, FieldSchema } from "./schema";

/** What is typed, by field. A field that is absent was not touched: a stored secret stays. */
export type Texts = Readonly<Record<string, string>>;

/** One answer a field can be given. */
export interface Option {
  value: string;
  /** Words of the systems; without them the value itself is shown. */
  title?: string;
  help?: string;
  /** Why it cannot be chosen; absent or empty where it can. */
  against?: string;
}

/** What can be chosen, or how to ask for it, given what else is typed. */
export type Options = readonly Option[] | ((texts: Texts) => Promise<readonly Option[]>);

export type Input = "text" | "number" | "switch" | "choice" | "radio" | "lines" | "notes" | "file";

/** One input of a form: how it is shown, and what the server takes. */
export interface Field {
  /** The name the API has for it, so that its errors find it; dots lead into what lies inside. */
  id: string;
  input: Input;
  /** Words of the console; a field that a system declares has a `title` instead. */
  label?: ParseKeys;
  title?: string;
  help?: ParseKeys;
  hint?: string;
  placeholder?: string;
  secret?: boolean;
  required?: boolean;
  nullable?: boolean;
  /** What is in it before anything is typed. */
  initial?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  whole?: boolean;
  /** One number a line. */
  numbers?: boolean;
  options?: Options;
  /** The fields whose texts go when another one is chosen here. */
  clears?: readonly string[];
  /** When the secret that is in force was stored, Unix seconds. */
  stored?: number;
}

/** What the console adds to a member of a body: its words, and what can be chosen. */
export interface FieldWords {
  label: ParseKeys;
  help?: ParseKeys;
  input?: Input;
  options?: Options;
  initial?: string;
  /** Needed here, though the API can do without. */
  required?: boolean;
}

type Inside<Name> = Name extends string ? `${Name}.${string}` : never;

/** The words of the members a form shows, in the order they are shown in. */
export type Words<Body> = { readonly [Name in keyof Body | Inside<keyof Body>]?: FieldWords };

/** The inputs of a form, from what the API says its body may hold. */
export function fieldsOf<Body>(schema: BodySchema<Body>, words: Words<Body>): readonly Field[] {
  return Object.entries<FieldWords | undefined>(words).flatMap(([id, own]) => {
    const member = memberOf(schema, id);
    if (!member) throw new Error(`the body has no member ${id}`);
    return own ? [fieldOf(id, member, own)] : [];
  });
}

function memberOf(schema: object, id: string): FieldSchema | undefined {
  let inside: Readonly<Record<string, FieldSchema>> | undefined = { ...schema };
  let found: FieldSchema | undefined;
  for (const name of id.split(".")) {
    found = inside?.[name];
    inside = found?.properties;
  }
  return found;
}

function fieldOf(id: string, schema: FieldSchema, words: FieldWords): Field {
  const {
    items,
    type,
    default: usual,
    enum: values,
    required,
    minItems,
    maxItems,
    ...rest
  } = schema;
  const options = words.options ?? values?.map((value) => ({ value }));
  const { properties: _, ...bounds } = rest;
  return {
    ...bounds,
    id,
    input: inputOf(schema, options !== undefined),
    // An empty text may be sent where nothing is asked of its length.
    required: required === true && type !== "boolean" && type !== "array",
    initial: textOf(usual ?? (required && values ? values[0] : undefined)),
    whole: type === "integer",
    numbers: items?.type === "integer",
    ...(options ? { options } : {}),
    ...words,
    nullable: schema.nullable === true && words.required !== true,
  };
}

const LONG = 1000;

function inputOf({ type, maxLength = 0 }: FieldSchema, chosen: boolean): Input {
  if (chosen) return "choice";
  if (type === "boolean") return "switch";
  if (type === "integer" || type === "number") return "number";
  if (type === "array") return "lines";
  return maxLength > LONG * 10 ? "notes" : "text";
}

/** A value as it is typed. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join("\n") : String(value);
}

/** The id of a field's input in the page; a dialogue may have the fields of the form behind it. */
export const inputId = (form: string, id: string) => `cr-field-${form}-${id}`;

/** Whether what the server says of `named` is about the field `id`, or about something inside it. */
export const concerns = (named: string, id: string) => named === id || named.startsWith(`${id}.`);
