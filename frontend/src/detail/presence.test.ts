import { expect, test } from "vitest";
import type { Row } from "../api/generated/types.gen";
import type { ViewState } from "../live/subscription";
import { follow, UNSEEN } from "./presence";

const ROW: Row = { key: "a", status: "Running" };

function view(change: Partial<ViewState> = {}): ViewState {
  return {
    status: "live",
    pending: false,
    query: null,
    offset: 0,
    rows: [],
    total: 0,
    totalExact: true,
    facets: {},
    freshness: [{ source: "kubernetes/local/pods", state: "live", since: 1, message: "" }],
    problem: null,
    ...change,
  };
}

test("a row that was there and is gone counts as deleted, and its last state stays", () => {
  const seen = follow(UNSEEN, view({ rows: [ROW] }), 10);
  expect(seen).toEqual({ row: ROW, deletedAt: null });
  const gone = follow(seen, view(), 11);
  expect(gone).toEqual({ row: ROW, deletedAt: 11 });
  expect(follow(gone, view(), 12).deletedAt).toBe(11);
});

test("a row that was never there is not deleted", () => {
  expect(follow(UNSEEN, view(), 10)).toEqual(UNSEEN);
});

test.each([
  ["a pending snapshot", { pending: true }],
  ["a refused query", { status: "failed" as const }],
  [
    "a stale source",
    { freshness: [{ source: "s", state: "stale" as const, since: 1, message: "" }] },
  ],
])("%s does not prove a deletion", (_, change) => {
  const seen = follow(UNSEEN, view({ rows: [ROW] }), 10);
  expect(follow(seen, view(change), 11)).toEqual(seen);
});

test("an object made anew under the same name is there again", () => {
  const gone = follow({ row: ROW, deletedAt: null }, view(), 11);
  const again = { ...ROW, status: "Pending" };
  expect(follow(gone, view({ rows: [again] }), 12)).toEqual({ row: again, deletedAt: null });
});
