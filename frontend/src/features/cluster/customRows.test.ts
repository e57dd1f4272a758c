import { expect, test } from "vitest";
import type { Custom } from "../../api/generated/types.gen";
import { arranged, momentOf, printedColumns } from "./customRows";

const COLUMNS = [
  { name: "Phase", type: "string", description: "", priority: 0 },
  { name: "Size", type: "integer", description: "", priority: 1 },
  { name: "Last", type: "date", description: "", priority: 0 },
];

const item = (name: string, ...cells: string[]): Custom => ({
  namespace: "n",
  name,
  created: 1,
  deleting: null,
  labels: {},
  cells,
});

const ITEMS = [
  item("a", "Failed", "9007199254740993", "2026-11-28T03:00:00Z"),
  item("b", "", "", "<none>"),
  item("c", "Done", "9007199254740992", "2031-01-01T00:00:00Z"),
  item("d", "done 10", "9", "2026-11-28T02:00:00+00:00"),
];

const names = (id: string, descending = false, filter = { id: "", text: "" }) =>
  arranged(ITEMS, printedColumns(COLUMNS, true), filter, { id, descending }).map(
    ({ name }) => name,
  );

test("columns that only wide tables show are there when they are asked for", () => {
  expect(printedColumns(COLUMNS, false).map(({ name }) => name)).toEqual(["Phase", "Last"]);
  expect(printedColumns(COLUMNS, true)).toHaveLength(3);
});

test("a column is sorted by what it is of, and what says nothing comes last both ways", () => {
  expect(names("cell-1")).toEqual(["d", "c", "a", "b"]);
  expect(names("cell-1", true)).toEqual(["a", "c", "d", "b"]);
  expect(names("cell-2")).toEqual(["d", "a", "c", "b"]);
  expect(names("cell-0")).toEqual(["c", "d", "a", "b"]);
});

test("a filter looks into one column or all", () => {
  expect(names("", false, { id: "cell-0", text: "done" })).toEqual(["c", "d"]);
  expect(names("", false, { id: "", text: "2031" })).toEqual(["c"]);
  expect(names("", false, { id: "cell-0", text: "2031" })).toEqual([]);
});

test("only what is written as a time is one", () => {
  expect(momentOf("2026-11-28T03:00:00Z")).toBe(1_795_834_800);
  expect(momentOf("5")).toBeNull();
  expect(momentOf("soon")).toBeNull();
});
