/**
 * Reads one parameter of an address: its value, or undefined where what stands there is none of
 * the page's words. Addresses are typed, shortened and kept by people: nothing is taken on trust.
 */
export type Param<Value> = (raw: unknown) => Value | undefined;

/** The parameters a page takes, by name. */
export type SearchSchema = Readonly<Record<string, Param<unknown>>>;

/** What the parameters of a schema hold; one that is absent or wrong is not there. */
export type SearchOf<Schema extends SearchSchema> = {
  [Name in keyof Schema]?: NonNullable<ReturnType<Schema[Name]>>;
};

/** As much as the server takes of one parameter. */
const LONGEST = 8192;

export const text: Param<string> = (raw) =>
  typeof raw === "string" && raw.length <= LONGEST ? raw : undefined;

/** The longest name there is: that of a key in etcd. */
const LONGEST_NAME = 60_000;

export const longText: Param<string> = (raw) =>
  typeof raw === "string" && raw.length <= LONGEST_NAME ? raw : undefined;

/** One or more; repeated in the address. */
export const texts: Param<string[]> = (raw) => {
  const found = [raw].flat();
  const kept = found.map(text).filter((one) => one !== undefined);
  return kept.length === found.length ? kept : undefined;
};

export const oneOf =
  <Word extends string>(...words: readonly Word[]): Param<Word> =>
  (raw) =>
    words.find((word) => word === raw);

/** Something is so; absent where it is not. */
export const flag: Param<true> = (raw) => (raw === true || raw === "true" ? true : undefined);

const isThere = (raw: unknown) => raw !== undefined && raw !== null && raw !== "";

/** The typed search of an address, without what is absent or wrong. */
export function readSearch<Schema extends SearchSchema>(
  schema: Schema,
  raw: object,
): SearchOf<Schema> {
  const given = new Map<string, unknown>(Object.entries(raw));
  const read: SearchOf<Schema> = {};
  for (const name in schema) {
    const value = given.get(name);
    const found = isThere(value) ? schema[name]?.(value) : undefined;
    if (isThere(found)) Object.assign(read, { [name]: found });
  }
  return read;
}

/** The names of the parameters whose values the page does not know. */
export function wrongIn(schema: SearchSchema, raw: object): string[] {
  return Object.entries(raw)
    .filter(([name, value]) => isThere(value) && Object.hasOwn(schema, name))
    .filter(([name, value]) => schema[name]?.(value) === undefined)
    .map(([name]) => name);
}

/** The masthead's selectors; every page keeps them in its address, whether it honours them or not. */
export const SCOPE_SEARCH = { cluster: text, namespace: text, team: text };

/** The state of a page that is one table. */
export const TABLE_SEARCH = {
  q: text,
  filter: texts,
  labels: text,
  sort: text,
  /** Comma list of visible columns; absent means the collection's defaults. */
  cols: text,
  /** Key of the row whose side panel is open. */
  row: longText,
  /** The saved view that is shown. */
  view: text,
};
