import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { placeOf, scan } from "./scan";
import { type Fields, holdsMembers, type Schema, typeOf } from "./schema";

const AT_KEY = /^[\s-]*?((?:-\s+)*)([\w./-]*)$/;
const AT_VALUE = /^([\s-]*)([\w./-]+):\s+(["']?[\w.-]*)$/;

/** Offers the fields that can stand where the cursor is, and the values a field can have. */
export function completing(fieldsOf: (text: string, line: number) => Fields | null) {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const text = context.state.doc.toString();
    const fields = fieldsOf(text, line.number);
    if (!fields) return null;
    const value = AT_VALUE.exec(before);
    if (value) return values(fields, text, line.number, value, context.pos);
    const key = AT_KEY.exec(before);
    if (!key || (!context.explicit && !key[2])) return null;
    const written = key[2] ?? "";
    return keys(fields, text, line.number, context.pos, before.length - written.length, written);
  };
}

function keys(
  fields: Fields,
  text: string,
  line: number,
  pos: number,
  column: number,
  written: string,
): CompletionResult | null {
  const path = placeOf(text, line, column);
  if (path === null) return null;
  const there = new Set(
    scan(text)
      .entries.filter(({ path: own, line: at }) => at !== line && isChild(own, path))
      .map(({ path: own }) => own[own.length - 1]),
  );
  const options = fields
    .members(path)
    .filter(([name]) => !there.has(name))
    .map(([name, schema]) => optionOf(name, schema, " ".repeat(column)));
  return options.length > 0
    ? { from: pos - written.length, options, validFor: /^[\w./-]*$/ }
    : null;
}

const isChild = (own: readonly unknown[], path: readonly unknown[]) =>
  own.length === path.length + 1 && path.every((step, at) => own[at] === step);

function optionOf(name: string, schema: Schema, indent: string): Completion {
  const below =
    schema.type === "array" ? `\n${indent}- ` : holdsMembers(schema) ? `\n${indent}  ` : " ";
  return {
    label: name,
    detail: typeOf(schema),
    type: "property",
    apply: `${name}:${below}`,
    ...(schema.description ? { info: schema.description } : {}),
  };
}

function values(
  fields: Fields,
  text: string,
  line: number,
  [, indent = "", name = "", written = ""]: RegExpExecArray,
  pos: number,
): CompletionResult | null {
  const path = placeOf(text, line, indent.length);
  const schema = path && fields.at([...path, name]);
  if (!schema) return null;
  const known = schema.enum ?? (schema.type === "boolean" ? [true, false] : []);
  if (known.length === 0) return null;
  const options = known.map((one) => ({ label: String(one), type: "enum" }));
  return { from: pos - written.length, options, validFor: /^["']?[\w.-]*$/ };
}
