import type { CollectionInfo, ColumnInfo, ColumnType } from "../api/types";

/** Width in pixels a column starts from; the leftover space goes to `grow` columns. */
const WIDTHS: Record<ColumnType, number> = {
  text: 128,
  number: 76,
  quantity: 88,
  bytes: 88,
  time: 64,
  percent: 124,
  bool: 72,
  status: 150,
  labels: 260,
  list: 150,
};

const RIGHT: ReadonlySet<ColumnType> = new Set(["number", "quantity", "bytes", "time"]);

/** Text columns that hold sentences or long names, and so get more room. */
const WIDE = /^(message|reason|sentence|summary|images?|description|detail|path|key)$/;

/** Numbers stand under each other, at the right edge. */
export function isRightAligned(column: ColumnInfo): boolean {
  return RIGHT.has(column.type);
}

export function columnWidth(column: ColumnInfo, isName: boolean): number {
  if (isName) return 230;
  if (column.type === "text" && WIDE.test(column.id)) return 300;
  const fitsLabel = column.label.length * 7 + 28;
  return Math.max(WIDTHS[column.type], Math.min(fitsLabel, 170));
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

/** More menus than this beside each other are a wall; the filter form reaches the rest. */
const MOST_FACETS = 5;

/** The columns whose values are counted and offered as menus. */
export function facetColumns(
  visible: readonly ColumnInfo[],
  fixed: ReadonlySet<string>,
): ColumnInfo[] {
  return visible.filter(({ id, facet }) => facet && !fixed.has(id)).slice(0, MOST_FACETS);
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
