import { expect, test } from "vitest";
import { MOST, PAGE, readAgainAfter, readsOn, settlesIn } from "./customPages";

test("an order is made among two thousand objects, read once", () => {
  let pages = 1;
  while (readsOn(true, pages * PAGE)) pages += 1;
  expect(pages * PAGE).toBe(2_000);
  expect(MOST).toBe(2_000);
  expect(readAgainAfter(pages, false)).toBe(false);
});

test("a page or two are read again, and none unasked while nothing needs all", () => {
  expect([1, 2].map((pages) => readAgainAfter(pages, false))).toEqual([10_000, 10_000]);
  expect(readAgainAfter(3, false)).toBe(false);
  expect(readsOn(false, 0)).toBe(false);
});

test("where changes are followed they tell when to read, seldom what is long", () => {
  expect([1, 4].map((pages) => readAgainAfter(pages, true))).toEqual([false, false]);
  expect([0, 1, 4].map(settlesIn)).toEqual([1_000, 1_000, 4_000]);
});
