import type { ColumnInfo, Type as ColumnType } from "../api/generated/types.gen";

/** One parsed filter of the query language in `backend/live/README.md`. */
export interface Filter {
  column: string;
  op: string;
  values: string[];
}

const OPERATORS: Record<ColumnType, readonly string[]> = {
  text: ["~", "!~", "^=", "=", "!="],
  status: ["=", "!="],
  number: ["=", "!=", ">", ">=", "<", "<="],
  quantity: [">", ">=", "<", "<=", "="],
  bytes: [">", ">=", "<", "<=", "="],
  percent: [">", ">=", "<", "<=", "="],
  time: [">", "<"],
  bool: ["="],
  labels: ["~"],
  list: ["~", "!~", "="],
};

/** What the filter form offers for a column. */
export function operatorsFor(column: ColumnInfo): readonly string[] {
  return OPERATORS[column.type];
}

const NAMES = {
  "~": "contains",
  "!~": "notContains",
  "^=": "begins",
  "=": "equals",
  "!=": "notEquals",
  ">": "greater",
  ">=": "atLeast",
  "<": "less",
  "<=": "atMost",
  notin: "notEquals",
} as const;

/** The operator as the words know it. */
export function operatorName(operator: string): (typeof NAMES)[keyof typeof NAMES] {
  return NAMES[operator as keyof typeof NAMES] ?? "equals";
}

const SET = /^([\w.-]+) (in|notin) \((.*)\)$/s;
const SINGLE = /^([\w.-]+)\s*(!~|!=|\^=|>=|<=|=|~|>|<)\s*(.*)$/s;

/** Parse one filter; null for text that is not one (the server then says what is wrong). */
export function parseFilter(text: string): Filter | null {
  const set = SET.exec(text);
  if (set) return { column: set[1] ?? "", op: set[2] ?? "", values: splitValues(set[3] ?? "") };
  const single = SINGLE.exec(text);
  if (!single) return null;
  return { column: single[1] ?? "", op: single[2] ?? "", values: [unquote(single[3] ?? "")] };
}

export function formatFilter({ column, op, values }: Filter): string {
  if (op === "in" || op === "notin") return `${column} ${op} (${values.map(quote).join(",")})`;
  return `${column}${op}${quote(values[0] ?? "")}`;
}

/** Quote as JSON only where a bare word would be read differently. */
function quote(value: string): string {
  return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}

function unquote(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed;
  try {
    return String(JSON.parse(trimmed));
  } catch {
    return trimmed;
  }
}

function splitValues(text: string): string[] {
  const parts = text.match(/\s*("(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)/g) ?? [];
  return parts.map((part) => unquote(part.replace(/,\s*$/, ""))).filter((part) => part !== "");
}

/** The values a facet menu has ticked for a column. */
export function facetSelection(filters: readonly string[], column: string): string[] {
  for (const text of filters) {
    const filter = parseFilter(text);
    if (filter?.column === column && (filter.op === "=" || filter.op === "in"))
      return filter.values;
  }
  return [];
}

/** The filters with a facet's ticks replaced by `values`; no ticks removes the filter. */
export function withFacet(
  filters: readonly string[],
  column: string,
  values: readonly string[],
): string[] {
  const rest = filters.filter((text) => {
    const filter = parseFilter(text);
    return !(filter?.column === column && (filter.op === "=" || filter.op === "in"));
  });
  if (values.length === 0) return rest;
  if (values.length === 1) return [...rest, formatFilter({ column, op: "=", values: [...values] })];
  return [...rest, formatFilter({ column, op: "in", values: [...values] })];
}
