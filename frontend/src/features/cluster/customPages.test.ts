import { expect, test } from "vitest";
import { ApiError } from "../../api/problem";
import { followsOnAfter, MOST, PAGE, readAgainAfter, readsOn, settlesIn } from "./customPages";

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

test("a kind is followed on after what passes, and no more where it is forbidden or gone", () => {
  const fails = (status: number) =>
    followsOnAfter(new ApiError({ type: "about:blank", title: "", status, detail: "" }));
  expect([followsOnAfter(null), followsOnAfter(new TypeError()), fails(503), fails(0)]).toEqual(
    Array(4).fill(30_000),
  );
  expect([fails(403), fails(404)]).toEqual([false, false]);
});
