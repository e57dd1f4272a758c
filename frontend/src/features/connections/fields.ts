import { listConnectionChoices } from "../../api/generated/sdk.gen";
import type { Field, Input, Option, Texts } from "../../forms/field";
import { bodyOf } from "../../forms/values";
import type { ConnectionView, FieldView, KindView, WayView } from "./api";

/** What is typed into the fields of a way to connect, as the API takes it. */
export type Values = Record<string, string | string[] | null>;

/** The server's words for an input. */
const INPUTS: Readonly<Record<string, Input>> = {
  urls: "lines",
  pem: "file",
  file: "file",
  choice: "choice",
  radio: "radio",
};

type Stored = ConnectionView["secrets"];

/** The way that was chosen, or the first. */
export function wayOf({ ways }: KindView, id: unknown): WayView {
  const way = ways.find((found) => found.id === id) ?? ways[0];
  if (!way) throw new Error("the kind can be connected in no way");
  return way;
}

/** The fields of one way to connect; a stored secret stays unless it is typed. */
export function fieldsOfWay(kind: KindView, way: WayView, stored: Stored = {}): readonly Field[] {
  return way.fields.map((field) => fieldOf(kind, way, field, stored[field.id]?.changed));
}

function fieldOf(kind: KindView, way: WayView, field: FieldView, stored?: number): Field {
  const { id, title, input, required, secret, help, placeholder, initial } = field;
  return {
    id,
    title,
    input: INPUTS[input] ?? "text",
    hint: help,
    placeholder,
    secret,
    required,
    ...(stored === undefined ? {} : { stored }),
    ...(initial && { initial }),
    ...(field.options.length > 0 && { options: field.options }),
    ...(input === "choice" ? { options: (texts: Texts) => choices(kind, way, id, texts) } : {}),
  };
}

/** The values of a way's fields, out of everything that a form holds. */
export function valuesOf(way: WayView, body: object): Values {
  const known = new Map<string, unknown>(Object.entries(body));
  return Object.fromEntries(
    way.fields.flatMap(({ id }): [string, Values[string]][] => {
      const value = known.get(id);
      if (value === undefined) return [];
      return [[id, Array.isArray(value) ? value.map(String) : String(value)]];
    }),
  );
}

async function choices(
  kind: KindView,
  way: WayView,
  field: string,
  texts: Texts,
): Promise<readonly Option[]> {
  const values = valuesOf(way, bodyOf(fieldsOfWay(kind, way), texts));
  const asked = { kind: kind.kind, field, values: { ...values, [field]: "" } };
  return (await listConnectionChoices({ body: asked })).data;
}

/** Which way to connect it; nothing to ask where there is one. */
export function wayField({ ways }: KindView): readonly Field[] {
  if (ways.length < 2) return [];
  const options = ways.map(({ id, title, help }) => ({ value: id, title, help }));
  return [{ id: "way", label: "connections.way", input: "radio", options }];
}

/** Which kind of system; what was typed for another kind goes. */
export function kindField(kinds: readonly KindView[]): Field {
  const all = kinds.flatMap(({ ways }) => ways.flatMap(({ fields }) => fields));
  return {
    id: "kind",
    label: "connections.system",
    input: "radio",
    initial: kinds[0]?.kind ?? "",
    clears: ["way", ...all.map(({ id }) => id)],
    options: kinds.map(({ kind, title, ways }) => ({
      value: kind,
      title,
      ...(ways.length === 1 && ways[0]?.help ? { help: ways[0].help } : {}),
    })),
  };
}
