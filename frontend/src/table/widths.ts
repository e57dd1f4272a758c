import type { ColumnInfo, ColumnType, Row } from "../api/types";

/** Average advance of a 13 px digit or lowercase letter, and the cell's padding. */
const CHARACTER = 6.8;
const PADDING = 20;
const SAMPLE = 80;
const LONGEST_NAME = 320;
const LEAST_SENTENCE = 170;

/** Text columns that hold sentences, and so take what room there is. */
const SENTENCE = /^(message|reason|sentence|summary|description|detail|images?)$/;

/** Types whose width does not depend on the values. */
const FIXED: Partial<Record<ColumnType, number>> = {
  time: 66,
  percent: 122,
  bool: 64,
  labels: 260,
  number: 68,
  quantity: 84,
  bytes: 84,
};

export function isSentence(column: ColumnInfo): boolean {
  return column.type === "text" && SENTENCE.test(column.id);
}

/** The width one column would like, from its heading and a sample of its values. */
function natural(column: ColumnInfo, rows: readonly Row[], isName: boolean): number {
  const heading = column.label.length * 7.4 + 46;
  const fixed = FIXED[column.type];
  if (fixed !== undefined) return Math.max(fixed, heading);
  const longest = rows.slice(0, SAMPLE).reduce((most, row) => {
    const suffix = isName && row.simulated === true ? 9 : 0;
    return Math.max(most, lengthOf(row[column.id]) + suffix);
  }, 0);
  const icon = column.type === "status" ? 24 : 0;
  const wanted = longest * CHARACTER + PADDING + icon;
  const most = isName ? LONGEST_NAME : isSentence(column) ? 460 : 220;
  return Math.max(heading, Math.min(wanted, most));
}

function lengthOf(value: unknown): number {
  if (value === null || value === undefined) return 1;
  if (Array.isArray(value)) return value.map(String).join(", ").length;
  const text = String(value);
  return /^\w+:[0-9a-f]{32,}$/.test(text) ? 29 : text.length;
}

/**
 * Column widths that fill `available` exactly where they can: sentences give way first,
 * down to a readable rest, and take what is left over.
 */
export function columnWidths(
  columns: readonly ColumnInfo[],
  rows: readonly Row[],
  nameId: string | undefined,
  available: number,
): number[] {
  const widths = columns.map((column) => natural(column, rows, column.id === nameId));
  const elastic = columns.flatMap((column, index) => (isSentence(column) ? [index] : []));
  const stretch = elastic.length > 0 ? elastic : [columns.findIndex(({ id }) => id === nameId)];
  let spare = available - widths.reduce((sum, width) => sum + width, 0);
  for (const [place, index] of stretch.entries()) {
    const width = widths[index];
    if (width === undefined) continue;
    const share = spare / (stretch.length - place);
    const next = Math.max(Math.min(width, LEAST_SENTENCE), width + share);
    widths[index] = next;
    spare -= next - width;
  }
  return widths.map(Math.floor);
}
