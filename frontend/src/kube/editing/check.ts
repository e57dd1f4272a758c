import { type Entry, type Scanned, type Step, scan } from "./scan";
import { type Fields, isClosed, type Schema, typeOf } from "./schema";

/** What is wrong at a place of the text, as far as the schema tells. */
export interface Fault {
  entry: Entry;
  /** Marks the value, not the key. */
  ofValue: boolean;
  fault: "unknown" | "type";
  /** The name of the field, or the type that is wanted. */
  what: string;
}

/** Fields the cluster does not know, and plain values of another type than it wants. */
export function faultsOf(text: string, fields: (line: number) => Fields | null): Fault[] {
  const { entries }: Scanned = scan(text);
  return entries.flatMap((entry) => {
    const own = fields(entry.line);
    return (own && faultOf(entry, own)) ?? [];
  });
}

function faultOf(entry: Entry, fields: Fields): Fault | null {
  const { path, value } = entry;
  const name = path[path.length - 1] as Step;
  const above = fields.at(path.slice(0, -1));
  if (!above) return null;
  const schema = fields.at(path);
  if (!schema)
    return isClosed(above) ? { entry, ofValue: false, fault: "unknown", what: String(name) } : null;
  return value !== "" && isWrong(value, schema)
    ? { entry, ofValue: true, fault: "type", what: typeOf(schema) }
    : null;
}

const INTEGER = /^[-+]?(?:0[xob])?[0-9a-f_]+$/i;
const NUMBER = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const BOOLEAN = /^(?:y|yes|n|no|true|false|on|off)$/i;
const NULL = /^(?:~|null|Null|NULL)$/;

/** Only what is certain: anchors, tags and what is in brackets are the cluster's to judge. */
function isWrong(value: string, schema: Schema): boolean {
  if (/^[&*!|>[{]/.test(value) || NULL.test(value)) return /^[[{]/.test(value) && isFlat(schema);
  const quoted = /^["']/.test(value);
  switch (typeOf(schema)) {
    case "integer":
      return quoted || !(INTEGER.test(value) || NUMBER.test(value));
    case "number":
      return quoted || !NUMBER.test(value);
    case "boolean":
      return quoted || !BOOLEAN.test(value);
    case "string":
      return !quoted && (NUMBER.test(value) || BOOLEAN.test(value));
    case "object":
      return true;
    default:
      return schema.type === "array";
  }
}

const isFlat = (schema: Schema) =>
  ["integer", "number", "boolean", "string"].includes(typeOf(schema));
