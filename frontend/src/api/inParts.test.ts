import { expect, test } from "vitest";
import { inParts } from "./inParts";

const sizes = (keys: readonly string[]) =>
  inParts(keys, 40, (key) => key).map((part) => part.length);

test("keys are asked for in parts that fit into an address", () => {
  expect(sizes(Array.from({ length: 90 }, (_, index) => `/k/${index}`))).toEqual([40, 40, 10]);
  const long = Array.from({ length: 3 }, (_, index) => `${index}${"x".repeat(3_000)}`);
  expect(sizes(long)).toEqual([1, 1, 1]);
  expect(sizes(Array.from({ length: 4 }, () => "\u{1f600}".repeat(150)))).toEqual([2, 2]);
  expect(sizes([])).toEqual([]);
});
