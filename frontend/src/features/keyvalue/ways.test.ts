import { expect, test } from "vitest";
import { VALUE } from "../../test/details";
import { keyFilters } from "./folders";
import { waysOf } from "./ways";

test("a document is laid out, its stored text is one click away and what is copied", () => {
  const raw = '{"price":1.10}';
  const ways = waysOf({ ...VALUE, form: "json", text: '{\n  "price": 1.10\n}', raw }, 16);
  expect(ways.map(({ id }) => id)).toEqual(["formatted", "stored"]);
  expect(ways.map(({ copy }) => copy)).toEqual([raw, raw]);
  expect(ways[1]?.text).toBe(raw);
});

test("text that is shown as it is stored has one way", () => {
  const ways = waysOf({ ...VALUE, form: "text", text: "a", raw: null }, 16);
  expect(ways).toEqual([{ id: "formatted", text: "a", copy: "a", language: "text" }]);
});

test("bytes come first, their reading in a guessed encoding after them", () => {
  const guess = { encoding: "Windows-1252", guessed: "stra\u00dfe", raw: null };
  const value = { ...VALUE, ...guess, form: "binary" as const, text: "73 74 72 61 df 65" };
  expect(waysOf(value, 16).map(({ id }) => id)).toEqual(["bytes", "guessed"]);
  expect(waysOf(value, 16)[0]?.text).toContain("61 df 65");
  expect(waysOf({ ...value, guessed: "" }, 16)).toHaveLength(1);
});

test("a key too long for a filter is found by its beginning", () => {
  expect(keyFilters("local", "/a")).toEqual(['etcd="local"', 'path="/a"']);
  const [, path = ""] = keyFilters("local", "/\\xff".repeat(3_000));
  expect(path.startsWith("path^=")).toBe(true);
  expect(path.length).toBeLessThan(8_192);
});
