import type { CollectionInfo, ColumnInfo, Type as ColumnType } from "../api/generated/types.gen";
import { isSentence } from "./widths";

const CLUSTER = "cluster";
const RIGHT: ReadonlySet<ColumnType> = new Set(["number", "quantity", "bytes", "time", "percent"]);

/** Numbers stand under each other, at the right edge. */
export function isRightAligned(column: ColumnInfo): boolean {
  return RIGHT.has(column.type);
}

/** The column that names a row: the declared label, else the first text column. */
export function nameColumn(info: CollectionInfo): ColumnInfo | undefined {
  return (
    info.columns.find((column) => column.id === info.label) ??
    info.columns.find((column) => column.type === "text")
  );
}

/** The column that says how a row is, in a word. */
export function statusColumn(info: CollectionInfo): ColumnInfo | undefined {
  return info.columns.find(({ type }) => type === "status");
}

/**
 * The columns on screen: the chosen ones in declared order, the name always among them.
 * `chosen` is the URL's comma list; undefined means the collection's defaults, and with
 * `several` clusters on one page the cluster beside the name, which may be in each of them.
 */
export function visibleColumns(
  info: CollectionInfo,
  chosen: string | undefined,
  hidden: readonly string[] = [],
  several = false,
): ColumnInfo[] {
  const ids = chosen === undefined ? null : new Set(chosen.split(","));
  const name = nameColumn(info);
  const shown = info.columns.filter(
    (column) =>
      column === name || (ids ? ids.has(column.id) : column.default && !hidden.includes(column.id)),
  );
  const cluster = info.columns.find(({ id }) => id === CLUSTER);
  if (ids || !several || !cluster || shown.includes(cluster)) return shown;
  return shown.flatMap((column) => (column === name ? [column, cluster] : [column]));
}

/** What rows are ordered by, in numbers that mean nothing to a reader. */
const INTERNAL: ReadonlySet<string> = new Set(["concern", "rank"]);

/** Whether people read the column: in panels and menus the others are left out. */
export function isReadable({ id }: ColumnInfo): boolean {
  return !INTERNAL.has(id);
}

/** The columns with those the page makes itself behind the name. */
export function withAdded(
  columns: readonly ColumnInfo[],
  name: ColumnInfo | undefined,
  added: readonly ColumnInfo[] = [],
): readonly ColumnInfo[] {
  if (added.length === 0) return columns;
  return columns.flatMap((column) => (column === name ? [column, ...added] : [column]));
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

/** Columns that say where a row is: with its name they are its identity. */
const PLACES: ReadonlySet<string> = new Set([
  CLUSTER,
  "namespace",
  "object_name",
  "repository",
  "role",
  "scope",
]);

/** Of several times the one that says for how long; others (an expiry) need their heading. */
const BEGUN: ReadonlySet<string> = new Set(["since", "last", "seen", "pushed", "created", "at"]);

/** What a narrow row shows: its name, where that is, its state, and two more things. */
export function narrowColumns(
  columns: readonly ColumnInfo[],
  nameId: string | undefined,
): {
  name: ColumnInfo | undefined;
  status: ColumnInfo | undefined;
  where: ColumnInfo[];
  line: ColumnInfo | undefined;
  extras: ColumnInfo[];
} {
  const name = columns.find((column) => column.id === nameId) ?? columns[0];
  const rest = columns.filter((column) => column !== name);
  const status = rest.find((column) => column.type === "status");
  // Of an event the reason is a word and the message says what happened.
  const line = rest.find(({ id }) => id === "message") ?? rest.find(isSentence);
  const where = rest.filter(({ id }) => PLACES.has(id));
  const others = rest.filter(
    (column) => column !== status && column !== line && !where.includes(column),
  );
  const times = others.filter((column) => column.type === "time");
  const age = times.find(({ id }) => BEGUN.has(id)) ?? times.at(-1);
  const first = others.find((column) => column.type === "text") ?? others[0];
  const extras = [first, age].filter((column) => column !== undefined);
  return { name, status, where, line, extras: [...new Set(extras)] };
}
