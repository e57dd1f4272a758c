import type { ColumnInfo, Row } from "../api/generated/types.gen";
import { inert } from "../text/inert";

/** What a spreadsheet would run as a formula (OWASP, CSV injection), as the server has it. */
const FORMULA = /^[=+\-@\t\r]/;

/** Some rows as CSV (RFC 4180) with plain values, as the server writes whole results. */
export function csvOf(columns: readonly ColumnInfo[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ label }) => label),
    ...rows.map((row) => columns.map((column) => cell(column, row[column.id]))),
  ];
  return lines.map((fields) => `${fields.map(quoted).join(",")}\r\n`).join("");
}

function cell({ type }: ColumnInfo, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (type === "time") return moment(Number(value));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = Array.isArray(value) ? value.map(String).join(",") : pairs(value);
  return FORMULA.test(text) ? `'${inert(text)}` : inert(text);
}

/** The plain number for what no calendar has. */
function moment(value: number): string {
  const at = new Date(value * 1000);
  return Number.isNaN(at.getTime()) ? String(value) : at.toISOString();
}

function pairs(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, text]) => `${key}=${text}`).join(",");
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands the browser a file to keep. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
