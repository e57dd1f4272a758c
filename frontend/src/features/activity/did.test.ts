import { expect, test } from "vitest";
import { asWords, isDid } from "./did";

test("a verb without a sentence of its own is said in words", () => {
  expect(isDid("update")).toBe(true);
  expect(isDid("set-policy")).toBe(false);
  expect(asWords("set-policy")).toBe("Set policy");
  expect(asWords("")).toBe("");
});
