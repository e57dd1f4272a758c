import { expect, test } from "vitest";
import { column } from "../test/collections";
import { columnWidths } from "./widths";

const COLUMNS = [
  column("name", "text"),
  column("status", "status"),
  column("reason", "text"),
  column("created", "time"),
];
const ROWS = [
  { key: "1", name: "web-7c9d8f-x2x4z", status: "CrashLoopBackOff", reason: "x".repeat(200) },
];
const sum = (widths: number[]) => widths.reduce((total, width) => total + width, 0);

test("the columns fill the table and the sentence takes the rest", () => {
  const widths = columnWidths(COLUMNS, ROWS, "name", 1_000);
  expect(sum(widths)).toBeGreaterThan(994);
  expect(sum(widths)).toBeLessThanOrEqual(1_000);
  expect(widths[2]).toBeGreaterThan(450);
});

test("the sentence gives way first and stays readable", () => {
  const widths = columnWidths(COLUMNS, ROWS, "name", 300);
  expect(widths[2]).toBe(170);
  expect(widths[0]).toBeGreaterThan(100);
});

test("without a sentence the name takes the rest", () => {
  const widths = columnWidths([column("name", "text"), column("created", "time")], [], "name", 800);
  expect(sum(widths)).toBeGreaterThan(797);
});
