import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../api/generated/types.gen";
import { isRightAligned } from "./columns";
import { Th, Tr } from "./elements";
import { SortHead } from "./SortHead";
import { nextSort } from "./search";
import type { HeldRows } from "./useHeldRows";
import type { Selection } from "./useSelection";

export interface TableHeadProps {
  columns: readonly ColumnInfo[];
  /** The sort in force, as the server's comma list. */
  sort: string;
  narrow: boolean;
  held: HeldRows;
  selection: Selection;
  /** Whether all rows are ticked; undefined where none can be. */
  checks?: boolean | "mixed" | undefined;
  onSort: (sort: string | undefined) => void;
}

/** Columns that order rows by how much they need somebody, and that nobody looks at. */
const TROUBLE: ReadonlySet<string> = new Set(["concern", "healthy", "severity", "rank"]);

/**
 * The part of an order that the reader sees, and the column it is shown at: of "trouble first"
 * that is the status, and what is not on screen (a registry, where there is one) orders nothing.
 */
export function shownSort(columns: readonly ColumnInfo[], sort: string) {
  const status = columns.findIndex((column) => column.type === "status");
  for (const part of sort.split(",")) {
    const id = part.replace(/^-/, "");
    const own = columns.findIndex((column) => column.id === id);
    const index = own === -1 && TROUBLE.has(id) ? status : own;
    if (index !== -1) return { part, index, byId: own !== -1 };
  }
  return { part: "", index: -1, byId: false };
}

/** Sticky column headers; a click sorts on the server: up, down, back to the default. */
export function TableHead(props: TableHeadProps) {
  const { columns, sort, narrow, checks, onSort } = props;
  const { t } = useTranslation();
  const { part: first, index: activeIndex, byId } = shownSort(columns, sort);
  const direction = first.startsWith("-") ? "descending" : "ascending";
  if (narrow)
    return (
      <thead className="pf-v6-c-table__thead cr-head-narrow">
        <Tr>
          <Th>{t("table.rows")}</Th>
        </Tr>
      </thead>
    );
  return (
    <thead className="pf-v6-c-table__thead cr-head">
      <Tr aria-rowindex={1}>
        {checks !== undefined && <CheckAll {...props} checks={checks} />}
        {columns.map((column, index) => (
          <ColumnHead
            key={column.id}
            column={column}
            sorted={activeIndex === index ? direction : undefined}
            onSort={() =>
              onSort(nextSort(activeIndex === index && byId ? first : undefined, column.id))
            }
          />
        ))}
      </Tr>
    </thead>
  );
}

interface ColumnHeadProps {
  column: ColumnInfo;
  sorted: "ascending" | "descending" | undefined;
  onSort: () => void;
}

function ColumnHead({ column, sorted, onSort }: ColumnHeadProps) {
  const className = isRightAligned(column) ? "cr-th cr-right" : "cr-th";
  const label = <span translate="no">{column.label}</span>;
  if (!column.sortable) return <Th className={className}>{label}</Th>;
  return (
    <SortHead className={className} sorted={sorted} onSort={onSort}>
      {label}
    </SortHead>
  );
}

function CheckAll({ checks, held, selection }: TableHeadProps & { checks: boolean | "mixed" }) {
  const { t } = useTranslation();
  return (
    <Th className="cr-th cr-check">
      <label>
        <input
          type="checkbox"
          checked={checks === true}
          ref={(box) => {
            if (box) box.indeterminate = checks === "mixed";
          }}
          aria-label={t("table.selectAll")}
          onChange={() => selection.toggleAll(held.rows)}
        />
      </label>
    </Th>
  );
}
