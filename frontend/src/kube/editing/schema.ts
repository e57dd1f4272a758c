import type { KindSchema } from "../../api/generated/types.gen";
import type { Step } from "./scan";

/** The parts of a JSON schema that help somebody to write. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  default?: unknown;
  description?: string;
  enum?: unknown[];
  format?: string;
  items?: Schema;
  nullable?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  type?: string;
  "x-kubernetes-int-or-string"?: boolean;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** A kind's fields. */
export class Fields {
  readonly #schemas: Readonly<Record<string, Schema>>;
  readonly #root: string;

  constructor({ root, schemas }: KindSchema) {
    this.#schemas = schemas as Record<string, Schema>;
    this.#root = root;
  }

  /** What stands at a path; undefined for what the cluster does not describe. */
  at(path: readonly Step[]): Schema | undefined {
    let found = this.#whole({ $ref: this.#root });
    for (const step of path) {
      const next = typeof step === "number" ? found?.items : member(found, step);
      if (!next) return undefined;
      found = this.#whole(next);
    }
    return found;
  }

  /** The members that can be written at a path. */
  members(path: readonly Step[]): readonly [name: string, schema: Schema][] {
    const { properties = {} } = this.at(path) ?? {};
    return Object.entries(properties).map(([name, schema]) => [name, this.#whole(schema)]);
  }

  #whole(schema: Schema, depth = 0): Schema {
    const parts = [
      ...(schema.$ref && depth < 8 ? [this.#schemas[schema.$ref] ?? {}] : []),
      ...(schema.allOf ?? []),
    ].map((part) => this.#whole(part, depth + 1));
    // What is said of the field itself counts before what is said of its kind.
    const { $ref: _, allOf: __, ...own } = schema;
    return Object.assign({}, ...parts, own) as Schema;
  }
}

function member(schema: Schema | undefined, name: string): Schema | undefined {
  const own = schema?.properties;
  if (own && Object.hasOwn(own, name)) return own[name];
  const others = schema?.additionalProperties;
  return typeof others === "object" ? others : undefined;
}

/** Whether only the members that are described may be written. */
export const isClosed = (schema: Schema): boolean =>
  schema.properties !== undefined &&
  !schema.additionalProperties &&
  !schema["x-kubernetes-preserve-unknown-fields"];

/** A schema's type in one word. */
export function typeOf(schema: Schema): string {
  if (schema["x-kubernetes-int-or-string"] || schema.format === "int-or-string")
    return "integer | string";
  if (schema.type === "array") return schema.items?.type ? `${schema.items.type}[]` : "array";
  return schema.type ?? (schema.properties ? "object" : "");
}

export const holdsMembers = (schema: Schema): boolean =>
  schema.type === "object" || schema.properties !== undefined;
