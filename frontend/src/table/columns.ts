import type { CollectionInfo, ColumnInfo, ColumnType } from "../api/types";

/** Width in pixels a column starts from; the leftover space goes to `grow` columns. */
const WIDTHS: Record<ColumnType, number> = {
  text: 150,
  number: 90,
  quantity: 96,
  bytes: 96,
  time: 76,
  percent: 124,
  bool: 80,
  status: 158,
  labels: 260,
  list: 180,
};

const RIGHT: ReadonlySet<ColumnType> = new Set(["number", "quantity", "bytes", "time"]);

/** Text columns that hold sentences or long names, and so get more room. */
const WIDE = /message|reason|sentence|summary|image|description|title|detail|path|object/;

/** Numbers stand under each other, at the right edge. */
export function isRightAligned(column: ColumnInfo): boolean {
  return RIGHT.has(column.type);
}

export function columnWidth(column: ColumnInfo, isName: boolean): number {
  if (isName) return 250;
  if (column.type === "text" && WIDE.test(column.id)) return 300;
  const fitsLabel = column.label.length * 8 + 40;
  return Math.max(WIDTHS[column.type], Math.min(fitsLabel, 190));
}

/** The column that names a row: the declared label, else the first text column. */
export function nameColumn(info: CollectionInfo): ColumnInfo | undefined {
  return (
    info.columns.find((column) => column.id === info.label) ??
    info.columns.find((column) => column.type === "text")
  );
}

/**
 * The columns on screen: the chosen ones in declared order, the name always among them.
 * `chosen` is the URL's comma list; undefined means the collection's defaults.
 */
export function visibleColumns(
  info: CollectionInfo,
  chosen: string | undefined,
  hidden: readonly string[] = [],
): ColumnInfo[] {
  const ids = chosen === undefined ? null : new Set(chosen.split(","));
  const name = nameColumn(info);
  return info.columns.filter(
    (column) =>
      column === name || (ids ? ids.has(column.id) : column.default && !hidden.includes(column.id)),
  );
}

/** What a narrow row shows: its name, its state, and two more things worth a glance. */
export function narrowColumns(
  columns: readonly ColumnInfo[],
  nameId: string | undefined,
): {
  name: ColumnInfo | undefined;
  status: ColumnInfo | undefined;
  line: ColumnInfo | undefined;
  extras: ColumnInfo[];
} {
  const name = columns.find((column) => column.id === nameId) ?? columns[0];
  const rest = columns.filter((column) => column !== name);
  const status = rest.find((column) => column.type === "status");
  const line = rest.find((column) => column.type === "text" && WIDE.test(column.id));
  const others = rest.filter((column) => column !== status && column !== line);
  const age = others.findLast((column) => column.type === "time");
  const first = others.find((column) => column.type === "text") ?? others[0];
  const extras = [first, age].filter((column) => column !== undefined);
  return { name, status, line, extras: [...new Set(extras)] };
}
