import type { Custom, PrinterColumn } from "../../api/generated/types.gen";
import { toUnix } from "../../format/time";

/** A column of the table of custom objects, whatever makes it. */
export interface CustomColumn {
  /** Its place among what can be sorted by: two printed columns may bear one name. */
  id: string;
  name: string;
  type: string;
  description: string;
  textOf: (item: Custom) => string;
}

export interface CustomSort {
  id: string;
  descending: boolean;
}

export interface CustomFilter {
  /** The column that must hold the text; empty: any. */
  id: string;
  text: string;
}

/** The columns a kind prints; those that only wide tables show when they are asked for. */
export function printedColumns(
  columns: readonly PrinterColumn[],
  wide: boolean,
): readonly CustomColumn[] {
  return columns.flatMap(({ name, type, description, priority }, place) =>
    priority > 0 && !wide
      ? []
      : [
          {
            id: `cell-${place}`,
            name,
            type,
            description,
            textOf: ({ cells }: Custom) => cells[place] ?? "",
          },
        ],
  );
}

/** What the API server prints for nothing. */
export function isNothing(text: string): boolean {
  return text === "" || text === "<none>" || text === "<unknown>" || text === "null";
}

/** The items that hold the text, in the order of the column; what says nothing comes last. */
export function arranged(
  items: readonly Custom[],
  columns: readonly CustomColumn[],
  filter: CustomFilter,
  sort: CustomSort | null,
): readonly Custom[] {
  const wanted = filter.text.trim().toLowerCase();
  const asked = columns.filter(({ id }) => filter.id === "" || id === filter.id);
  const kept =
    wanted === ""
      ? items
      : items.filter((item) =>
          asked.some(({ textOf }) => textOf(item).toLowerCase().includes(wanted)),
        );
  const column = sort && columns.find(({ id }) => id === sort.id);
  if (!column) return kept;
  const way = sort.descending ? -1 : 1;
  return [...kept].sort((a, b) => {
    const [one, other] = [column.textOf(a), column.textOf(b)];
    const nothing = Number(isNothing(one)) - Number(isNothing(other));
    return nothing || way * compared(one, other, column.type);
  });
}

/** Unix seconds of a time as the API writes it; other text may look like one to a browser. */
export function momentOf(text: string): number | null {
  return /^\d{4}-\d\d-\d\dT/.test(text) ? toUnix(text) : null;
}

const NATURAL = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** By what the column is of: `9` before `10`, dates by time. */
function compared(one: string, other: string, type: string): number {
  if (type === "date") {
    const [first, second] = [momentOf(one), momentOf(other)];
    if (first !== null && second !== null) return first - second;
  }
  if (type === "integer" && /^-?\d+$/.test(one) && /^-?\d+$/.test(other)) {
    const [first, second] = [BigInt(one), BigInt(other)];
    return first < second ? -1 : Number(first > second);
  }
  if (type === "number" || type === "integer") {
    const difference = Number(one) - Number(other);
    if (!Number.isNaN(difference)) return difference;
  }
  return NATURAL.compare(one, other);
}
