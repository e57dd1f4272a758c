import type { ParseKeys } from "i18next";
import type { BodySchema, FieldSchema } from "./schema";
import { typed } from "./typed";

/** What is typed, by field. A field that is absent was not touched: a stored secret stays. */
export type Texts = Readonly<Record<string, string>>;

/** One answer a field can be given. */
export interface Option {
  value: string;
  /** Words of the console. */
  label?: ParseKeys;
  /** Words of the systems; without either the value itself is shown. */
  title?: string;
  help?: string;
  /** Why it cannot be chosen; absent or empty where it can. */
  against?: string;
}

/** What can be chosen, or how to ask for it, given what else is typed. */
export type Options = readonly Option[] | ((texts: Texts) => Promise<readonly Option[]>);

export type Input =
  | "text"
  | "number"
  | "switch"
  | "choice"
  | "radio"
  | "lines"
  | "notes"
  | "file"
  /** Any of a few. */
  | "checks"
  /** A time of the day, to the minute. */
  | "clock"
  /** Any number of things that have fields of their own. */
  | "list";

/** What each thing of a list is. */
export interface Things {
  /** What one is called, by its `{{number}}`. */
  one: ParseKeys;
  /** The button that adds one. */
  add: ParseKeys;
  fields: readonly Field[];
  /** How many there may be. */
  most: number;
}

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
  /** What it and the fields that follow are about. */
  heading?: ParseKeys;
  secret?: boolean;
  /** What a browser or a keeper of passwords may fill in, by HTML's names. */
  autoComplete?: string;
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
  /** Its characters stand below one another: code, digits, bytes. */
  code?: boolean;
  options?: Options;
  /** Of a text: what may be meant by what was typed so far; anything else can be typed too. */
  suggest?: (text: string) => Promise<readonly string[]>;
  /** The fields whose texts go when another one is chosen here. */
  clears?: readonly string[];
  /** When the secret that is in force was stored, Unix seconds. */
  stored?: number;
  things?: Things;
  /** Seldom needed: folded away while it is as usual. */
  rare?: boolean;
  /** Of a thing in a list: it is there only where another field holds this. */
  only?: { id: string; is: string };
}

/** What the console adds to a member of a body: its words, and what can be chosen. */
export interface FieldWords {
  label: ParseKeys;
  help?: ParseKeys;
  input?: Input;
  options?: Options;
  suggest?: (text: string) => Promise<readonly string[]>;
  initial?: string;
  /** Needed here, though the API can do without; or not, where it can be said with nothing. */
  required?: boolean;
  autoComplete?: string;
  only?: { id: string; is: string };
  rare?: boolean;
}

/** What the console adds to a list of objects. */
export interface ListWords<Thing> extends FieldWords {
  things: { one: ParseKeys; add: ParseKeys; words: Words<Thing> };
}

type Inside<Name> = Name extends string ? `${Name}.${string}` : never;
type ThingOf<Value> =
  NonNullable<Value> extends readonly (infer Item)[] ? (Item extends object ? Item : never) : never;
type WordsOf<Value> = [ThingOf<Value>] extends [never] ? FieldWords : ListWords<ThingOf<Value>>;

/** The words of the members a form shows, in the order they are shown in. */
export type Words<Body> = { readonly [Name in keyof Body]?: WordsOf<Body[Name]> } & {
  readonly [Name in Inside<keyof Body>]?: FieldWords;
};

/** The inputs of a form, from what the API says its body may hold. */
export function fieldsOf<Body>(schema: BodySchema<Body>, words: Words<Body>): readonly Field[] {
  return fieldsIn(schema, words);
}

function fieldsIn(schema: object, words: object): readonly Field[] {
  return Object.entries<AnyWords | undefined>({ ...words }).flatMap(([id, own]) => {
    const member = memberOf(schema, id);
    if (!member) throw new Error(`the body has no member ${id}`);
    return own ? [fieldOf(id, member, own)] : [];
  });
}

/** Words whose thing is not known any more. */
interface AnyWords extends FieldWords {
  things?: { one: ParseKeys; add: ParseKeys; words: object };
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

function fieldOf(id: string, schema: FieldSchema, words: AnyWords): Field {
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
  const { things, ...said } = words;
  const options = words.options ?? values?.map((value) => ({ value }));
  const { properties: _, ...bounds } = rest;
  const field: Field = {
    ...bounds,
    id,
    input: inputOf(schema, options !== undefined),
    // An empty text may be sent where nothing is asked of its length.
    required: required === true && type !== "boolean" && type !== "array",
    whole: type === "integer",
    numbers: items?.type === "integer",
    ...(options ? { options } : {}),
    ...said,
    nullable: schema.nullable === true && words.required !== true,
    ...(things ? { things: thingsOf(schema, things) } : {}),
  };
  const first = said.initial ?? typed(field, usual ?? (required && values ? values[0] : undefined));
  return { ...field, initial: first };
}

function thingsOf(
  { items, maxItems = Number.POSITIVE_INFINITY }: FieldSchema,
  { one, add, words }: NonNullable<AnyWords["things"]>,
): Things {
  const fields = fieldsIn(items?.properties ?? {}, words);
  // A draft keeps a list as one text.
  if (fields.some(({ secret }) => secret)) throw new Error("a list holds no secrets");
  return { one, add, fields, most: maxItems };
}

const LONG = 1000;

function inputOf({ type, items, maxLength = 0 }: FieldSchema, chosen: boolean): Input {
  if (chosen) return "choice";
  if (type === "boolean") return "switch";
  if (type === "integer" || type === "number") return "number";
  if (type === "array") return items?.type === "object" ? "list" : "lines";
  return maxLength > LONG * 10 ? "notes" : "text";
}

/** The id of a field's input in the page; a dialogue may have the fields of the form behind it. */
export const inputId = (form: string, id: string) => `cr-field-${form}-${id}`;

/** Whether what the server says of `named` is about the field `id`, or about something inside it. */
export const concerns = (named: string, id: string) => named === id || named.startsWith(`${id}.`);
