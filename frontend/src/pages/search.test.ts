import { expect, test } from "vitest";
import { PAGES } from "../features/all";
import { oneOf, readSearch, TABLE_SEARCH, text, texts, wrongIn } from "./search";

test("a page reads what it knows; what it does not know is told and left out", () => {
  const schema = { tab: oneOf("summary", "steps"), q: text, filter: texts };
  const raw = { tab: "nothing", q: ["a", "b"], filter: "x=1", other: "y" };
  expect(readSearch(schema, raw)).toEqual({ filter: ["x=1"] });
  expect(wrongIn(schema, raw)).toEqual(["tab", "q"]);
  expect(wrongIn(schema, { tab: "", filter: [] })).toEqual([]);
  expect(readSearch(schema, { tab: "steps", q: "a" })).toEqual({ tab: "steps", q: "a" });
});

test("a text is as long as the server takes it", () => {
  expect(wrongIn(TABLE_SEARCH, { q: "a".repeat(9000) })).toEqual(["q"]);
});

test("what a prototype holds is no parameter", () => {
  expect(readSearch(TABLE_SEARCH, JSON.parse('{"__proto__": "x", "toString": "y"}'))).toEqual({});
  expect(wrongIn(TABLE_SEARCH, { __defineGetter__: "1", toString: "y", constructor: "z" })).toEqual(
    [],
  );
});

test("every page with a table takes the table's search", () => {
  const without = PAGES.filter(({ lists, search }) => lists && search?.q !== text);
  // The overview lists problems by lines of its own.
  expect(without.map(({ id }) => id)).toEqual(["overview"]);
});
