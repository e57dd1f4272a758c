import type { CollectionRows, Row } from "./generated/types.gen";

/** A row as its collection declares it: what a table shows is not told apart by name elsewhere. */
export function rowOf<Name extends keyof CollectionRows>(
  _name: Name,
  row: Row,
): CollectionRows[Name] {
  return row as unknown as CollectionRows[Name];
}
