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

/** The column an order is shown at: what the reader sees of "trouble first" is the status. */
export function sortedColumn(columns: readonly ColumnInfo[], first: string): number {
  const id = first.replace(/^-/, "");
  const own = columns.findIndex((column) => column.id === id);
  if (own !== -1 || !TROUBLE.has(id)) return own;
  return columns.findIndex((column) => column.type === "status");
}

/** Sticky column headers; a click sorts on the server: up, down, back to the default. */
export function TableHead(props: TableHeadProps) {
  const { columns, sort, narrow, checks, onSort } = props;
  const { t } = useTranslation();
  const [first = ""] = sort.split(",");
  const activeIndex = sortedColumn(columns, first);
  const direction = first.startsWith("-") ? "descending" : "ascending";
  const byId = columns[activeIndex]?.id === first.replace(/^-/, "");
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
