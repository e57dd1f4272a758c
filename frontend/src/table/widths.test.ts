import { expect, test } from "vitest";
import { column } from "../test/collections";
import { columnWidths } from "./widths";

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

test("the sentence is whole while another column can give up room", () => {
  const reason = 60;
  const widths = columnWidths(COLUMNS, rowWith(reason), "name", 960);
  expect(widths[2]).toBeGreaterThanOrEqual(Math.floor(reason * 6.8));
  expect(widths[0]).toBeLessThan(37 * 6.8);
  expect(sum(widths)).toBeLessThanOrEqual(960);
});

test("everything stays readable when there is room for nothing", () => {
  const widths = columnWidths(COLUMNS, rowWith(200), "name", 300);
  expect(widths[2]).toBe(220);
  expect(widths[0]).toBe(200);
});

test("a heading is never cut, sorted or not", () => {
  const [width = 0] = columnWidths(
    [column("namespace", "text")],
    [{ key: "1", namespace: "a" }],
    undefined,
    0,
  );
  expect(width).toBeGreaterThanOrEqual("namespace".length * 7.2 + 34 - 1);
});

test("without a sentence the name takes the rest", () => {
  const widths = columnWidths([column("name", "text"), column("created", "time")], [], "name", 800);
  expect(sum(widths)).toBeGreaterThan(797);
});
