/** What the REST interface says one member of a body may hold; `build/bodies.ts` writes these. */
export interface FieldSchema {
  type: "string" | "integer" | "number" | "boolean" | "array" | "object";
  enum?: readonly string[];
  nullable?: boolean;
  required?: boolean;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  /** Neither kept nor shown again. */
  secret?: boolean;
  items?: FieldSchema;
  properties?: Readonly<Record<string, FieldSchema>>;
}

/** Every member of a body; the generated types hold that none is missing. */
export type BodySchema<Body> = { readonly [Name in keyof Required<Body>]: FieldSchema };
