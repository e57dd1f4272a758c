import { expect, test } from "vitest";
import { MOST, PAGE, readAgainAfter, readsOn } from "./customPages";

test("an order is made among two thousand objects, read once", () => {
  let pages = 1;
  while (readsOn(true, pages * PAGE)) pages += 1;
  expect(pages * PAGE).toBe(2_000);
  expect(MOST).toBe(2_000);
  expect(readAgainAfter(pages)).toBe(false);
});

test("a page or two are read again, and none unasked while nothing needs all", () => {
  expect([1, 2].map(readAgainAfter)).toEqual([10_000, 10_000]);
  expect(readAgainAfter(3)).toBe(false);
  expect(readsOn(false, 0)).toBe(false);
});
