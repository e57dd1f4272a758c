import { expect, test } from "vitest";
import { column } from "../test/collections";
import { columnWidths, fittingColumns, sentenceLines } from "./widths";

const COLUMNS = [
  column("name", "text"),
  column("status", "status"),
  column("reason", "text"),
  column("owner", "text"),
  column("created", "time"),
];
const rowWith = (length: number) => [
  {
    key: "1",
    name: "fraud-check-6676745998-54mzp-and-more",
    status: "CrashLoopBackOff",
    reason: "x".repeat(length),
    owner: "a-rather-long-owner-of-it",
  },
];
const sum = (widths: number[]) => widths.reduce((total, width) => total + width, 0);

test("the columns fill the table and the sentence takes the rest", () => {
  const widths = columnWidths(COLUMNS, rowWith(40), "name", 1_200);
  expect(sum(widths)).toBeGreaterThan(1_194);
  expect(sum(widths)).toBeLessThanOrEqual(1_200);
  expect(widths[2]).toBeGreaterThan(450);
});

test("a sentence goes on in a second line before a name or itself is cut", () => {
  const [name = 0, , reason = 0] = columnWidths(COLUMNS, rowWith(60), "name", 1_000);
  expect(reason).toBeLessThan(60 * 6.8);
  expect(2 * (reason - 20)).toBeGreaterThanOrEqual(60 * 6.8);
  expect(name).toBeGreaterThanOrEqual(37 * 6.8);
});

test("then the others give up what they can do without, and the sentence stays whole", () => {
  const widths = columnWidths(COLUMNS, rowWith(80), "name", 860);
  expect(2 * ((widths[2] ?? 0) - 20)).toBeGreaterThanOrEqual(80 * 6.8);
  expect(widths[0]).toBeLessThan(37 * 6.8);
  expect(sum(widths)).toBeLessThanOrEqual(860);
});

test("what there is no room for is left out from the end, never the cause or the status", () => {
  const rows = rowWith(80);
  expect(fittingColumns(COLUMNS, rows, "name", 1_200)).toBe(COLUMNS);
  const few = fittingColumns(COLUMNS, rows, "name", 600);
  expect(few.map(({ id }) => id)).toEqual(["name", "status", "reason"]);
  expect(fittingColumns(COLUMNS, rows, "name", 0)).toBe(COLUMNS);
});

test("with little room a long sentence has more lines, and the row still says where it is", () => {
  const at = (length: number) => rowWith(length).map((row) => ({ ...row, owner: "payments" }));
  const few = fittingColumns(COLUMNS, at(110), "name", 680);
  expect(few.map(({ id }) => id)).toEqual(["name", "status", "reason", "owner"]);
  const lines = (length: number, room = 680) =>
    sentenceLines(few, at(length), "name", columnWidths(few, at(length), "name", room));
  expect([lines(40), lines(80), lines(110), lines(300)]).toEqual([2, 3, 4, 4]);
  expect(lines(300, 1_000)).toBe(2);
  expect(sentenceLines(few, at(110), "name", [])).toBe(2);
});

test("a sentence nobody has yet leaves the room to the others", () => {
  const [row] = rowWith(0);
  const widths = columnWidths(COLUMNS, row ? [row] : [], "name", 1_600);
  expect(widths[2]).toBeLessThan(500);
  expect(widths[0]).toBeGreaterThan(37 * 6.8 + 60);
  expect(sum(widths)).toBeGreaterThan(1_594);
});

test("everything stays readable when there is room for nothing", () => {
  const widths = columnWidths(COLUMNS, rowWith(200), "name", 300);
  expect(widths[2]).toBe(160);
  expect(widths[0]).toBe(200);
});

test("a heading is never cut, sorted or not", () => {
  const [width = 0] = columnWidths(
    [column("namespace", "text")],
    [{ key: "1", namespace: "a" }],
    undefined,
    0,
  );
  expect(width).toBeGreaterThanOrEqual("namespace".length * 6.9 + 24 - 1);
});

test("without a sentence the name takes the rest", () => {
  const widths = columnWidths([column("name", "text"), column("created", "time")], [], "name", 800);
  expect(sum(widths)).toBeGreaterThan(797);
});

test("a long status takes no other column's place, and a port is not cut", () => {
  const columns = [
    column("name", "text"),
    column("status", "status"),
    column("reason", "text"),
    column("ports", "list"),
    column("created", "time"),
  ];
  const [row] = rowWith(70);
  const ports = ["https 443→25947/TCP"];
  const rows = row ? [{ ...row, status: "CreateContainerConfigError", ports }] : [];
  expect(fittingColumns(columns, rows, "name", 850)).toBe(columns);
  expect(columnWidths(columns, rows, "name", 850)[3]).toBeGreaterThanOrEqual(20 * 6.8 + 16 - 1);
});
