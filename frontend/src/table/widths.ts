import type { ColumnInfo, Type as ColumnType, Row } from "../api/generated/types.gen";

/** Average advance of a 13 px digit or lowercase letter, and the cell's padding. */
const CHARACTER = 6.8;
const PADDING = 16;
/** The same of a heading, with the room its sort arrow needs beside the label. */
const HEADING_CHARACTER = 6.9;
const HEADING_ROOM = 24;
/** How much of its one line a sentence needs in two: words are not cut where lines end. */
const TWO_LINES = 0.56;
/** Sentences whose two lines are no wider are shown whole, rather than a column less about it. */
const WHOLE_UP_TO = 240;
/** With less room than this a sentence may go on in a third and a fourth line. */
const SCARCE = 900;
const MOST_LINES = 4;
const NARROWEST = 160;
/** Average advance of a character of a sentence in lines, which are set smaller. */
const SMALL_CHARACTER = 6.2;
const SAMPLE = 80;
const MADE = 280;

/** Text columns that hold sentences: what people came for, so they get the room. */
const SENTENCE =
  /^(message|reason|sentence|summary|description|detail|cause|title|images?|preview|affects|why|begins)$/;

/** Types whose width does not depend on the values. */
const FIXED: Partial<Record<ColumnType, number>> = {
  time: 62,
  percent: 118,
  bool: 64,
  number: 68,
  quantity: 84,
  bytes: 84,
};

/** A measurement has its last hour beside it. */
const TREND = 132;

/** Up to how wide a column grows by itself, and down to what it gives room to a sentence. */
const BOUNDS = {
  sentence: { most: 1100, least: 220 },
  name: { most: 420, least: 200 },
  status: { most: 240, least: 150 },
  list: { most: 260, least: 184 },
  labels: { most: 260, least: 110 },
  text: { most: 260, least: 124 },
} as const;

export function isSentence(column: ColumnInfo): boolean {
  return column.type === "text" && SENTENCE.test(column.id);
}

/** What one column would like to have, and what it can do with. */
interface Wish {
  most: number;
  /** A sentence whole in two lines, a heading of several words likewise. */
  two: number;
  least: number;
  sentence: boolean;
}

function wishOf(column: ColumnInfo, rows: readonly Row[], isName: boolean): Wish {
  const heading = headingWidth(column.label.length);
  const word = headingWidth(Math.max(...column.label.split(" ").map((part) => part.length)));
  const fixed = column.id.endsWith("_used") ? TREND : FIXED[column.type];
  if (fixed !== undefined) {
    const least = Math.max(fixed, word);
    return { most: Math.max(fixed, heading), two: least, least, sentence: false };
  }
  const sentence = !isName && isSentence(column);
  const bounds = BOUNDS[isName ? "name" : sentence ? "sentence" : boundsOf(column.type)];
  const widest = widestOf(column, rows, isName);
  // Room for a sentence that may come, where there is none yet.
  const wanted = sentence && widest <= headingWidth(1) ? bounds.least : widest;
  const most = Math.max(heading, Math.min(wanted, bounds.most));
  // A shortened digest is cut to no use, and its copy button with it.
  const floor = rows.some((row) => isDigest(row[column.id])) ? wanted : bounds.least;
  const least = Math.max(word, Math.min(wanted, floor));
  return { most, two: sentence ? Math.max(least, most * TWO_LINES) : least, least, sentence };
}

function headingWidth(characters: number): number {
  return characters * HEADING_CHARACTER + HEADING_ROOM;
}

function boundsOf(type: ColumnType): "status" | "labels" | "list" | "text" {
  return type === "status" || type === "labels" || type === "list" ? type : "text";
}

function widestOf(column: ColumnInfo, rows: readonly Row[], isName: boolean): number {
  if (column.type === "labels") return BOUNDS.labels.most;
  // What the page itself puts into a column is not in the rows: it gets what a short line needs.
  if (rows.length > 0 && rows.every((row) => !(column.id in row))) return MADE;
  const longest = rows.slice(0, SAMPLE).reduce((most, row) => {
    const suffix = isName && row.simulated === true ? 4 : 0;
    return Math.max(most, lengthOf(row[column.id]) + suffix);
  }, 0);
  return longest * CHARACTER + PADDING + (column.type === "status" ? 24 : 0);
}

function lengthOf(value: unknown): number {
  if (value === null || value === undefined) return 1;
  // The arrow between two ports is twice as wide as a letter.
  if (Array.isArray(value)) return value.map(String).join(", ").replaceAll("→", "->").length;
  return isDigest(value) ? 31 : String(value).length;
}

function isDigest(value: unknown): boolean {
  return typeof value === "string" && /^\w+:[0-9a-f]{32,}$/.test(value);
}

/** Columns that stay whatever the room: which row it is, how it is, and why. */
function stays(column: ColumnInfo, nameId: string | undefined): boolean {
  return column.id === nameId || column.type === "status" || isSentence(column);
}

/**
 * The columns there is room for: the last ones go first, as long as the rest would be cut beyond
 * use or lie off the screen. The side panel has all of them, and so has who chooses the columns.
 */
export function fittingColumns(
  columns: readonly ColumnInfo[],
  rows: readonly Row[],
  nameId: string | undefined,
  available: number,
): readonly ColumnInfo[] {
  const least = columns.map((column) => {
    const wish = wishOf(column, rows, column.id === nameId);
    return Math.max(wish.least, Math.min(wish.two, WHOLE_UP_TO));
  });
  const kept = new Set(columns.keys());
  for (const index of [...columns.keys()].reverse()) {
    if (available <= 0 || sum([...kept].map((each) => least[each] ?? 0)) <= available) break;
    const column = columns[index];
    // The first one leads: of events it is when they happened, by which they are ordered.
    if (index > 0 && column && !stays(column, nameId)) kept.delete(index);
  }
  return kept.size === columns.length ? columns : columns.filter((_, index) => kept.has(index));
}

/**
 * Column widths that fill `available` exactly where they can. A sentence is the last to be cut:
 * while there is too little room it goes on in a second line, then the other columns give up what
 * they can do without, each in proportion to that; only then do the sentences. What is left over
 * goes to the last sentence that says something, else to all columns of words.
 */
export function columnWidths(
  columns: readonly ColumnInfo[],
  rows: readonly Row[],
  nameId: string | undefined,
  available: number,
): number[] {
  const wishes = columns.map((column) => wishOf(column, rows, column.id === nameId));
  const widths = wishes.map(({ most }) => most);
  const floors: ((wish: Wish, width: number) => number)[] = [
    ({ sentence, two }, width) => (sentence ? two : width),
    ({ sentence, least }, width) => (sentence ? width : least),
    ({ least }) => least,
    // Before a column lies off the screen: its sentence has more lines then.
    ({ sentence, least }) => (sentence ? Math.min(least, NARROWEST) : least),
  ];
  for (const floor of floors) {
    const lack = sum(widths) - available;
    if (lack <= 0) break;
    shrink(
      widths,
      wishes.map((wish, index) => floor(wish, widths[index] ?? wish.least)),
      lack,
    );
  }
  const spare = available - sum(widths);
  const said = (id: string) => rows.length === 0 || rows.some((row) => !(id in row) || row[id]);
  const last = wishes.findLastIndex(
    ({ sentence }, index) => sentence && said(columns[index]?.id ?? ""),
  );
  if (spare > 0 && last !== -1) widths[last] = (widths[last] ?? 0) + spare;
  else if (spare > 0) share(widths, columns, spare);
  return widths.map(Math.floor);
}

/** In how many lines the longest sentence of the first rows is whole, where room is scarce; else two. */
export function sentenceLines(
  columns: readonly ColumnInfo[],
  rows: readonly Row[],
  nameId: string | undefined,
  widths: readonly number[],
): number {
  const room = sum(widths);
  if (room <= 0 || room >= SCARCE) return 2;
  const lines = columns.map((column, index) => {
    if (column.id === nameId || !isSentence(column)) return 2;
    const longest = Math.max(...rows.slice(0, SAMPLE).map((row) => lengthOf(row[column.id])), 0);
    const whole = longest * SMALL_CHARACTER * 2 * TWO_LINES;
    return Math.ceil(whole / Math.max(1, (widths[index] ?? 0) - PADDING));
  });
  return Math.min(MOST_LINES, Math.max(2, ...lines));
}

/** Without a sentence the columns of words share what is left, so that none stands far off. */
function share(widths: number[], columns: readonly ColumnInfo[], spare: number): void {
  const words = columns.map(({ type }) => FIXED[type] === undefined);
  const whole = sum(widths.filter((_, index) => words[index]));
  for (const [index, width] of widths.entries())
    if (words[index]) widths[index] = width + (spare * width) / Math.max(1, whole);
}

/** Take `lack` from the widths, in proportion to what each has above its floor. */
function shrink(widths: number[], floors: readonly number[], lack: number): void {
  const slack = widths.map((width, index) => width - (floors[index] ?? width));
  const share = Math.min(1, lack / Math.max(1, sum(slack)));
  for (const [index, give] of slack.entries()) widths[index] = (widths[index] ?? 0) - give * share;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
