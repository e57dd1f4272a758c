import { Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../api/types";
import { isRightAligned } from "./columns";
import { nextSort } from "./search";

export interface TableHeadProps {
  columns: readonly ColumnInfo[];
  /** The sort in force, as the server's comma list. */
  sort: string;
  narrow: boolean;
  onSort: (sort: string | undefined) => void;
}

/** Sticky column headers; a click sorts on the server: up, down, back to the default. */
export function TableHead({ columns, sort, narrow, onSort }: TableHeadProps) {
  const { t } = useTranslation();
  const [first = ""] = sort.split(",");
  const activeId = first.replace(/^-/, "");
  const activeIndex = columns.findIndex((column) => column.id === activeId);
  if (narrow)
    return (
      <Thead className="cr-head-narrow">
        <Tr>
          <Th>{t("table.rows")}</Th>
        </Tr>
      </Thead>
    );
  return (
    <Thead className="cr-head">
      <Tr aria-rowindex={1}>
        {columns.map((column, index) => (
          <Th
            key={column.id}
            className={isRightAligned(column) ? "cr-th cr-right" : "cr-th"}
            modifier="truncate"
            {...(column.sortable
              ? {
                  sort: {
                    columnIndex: index,
                    sortBy: {
                      index: activeIndex,
                      direction: first.startsWith("-") ? ("desc" as const) : ("asc" as const),
                    },
                    onSort: () =>
                      onSort(nextSort(activeIndex === index ? first : undefined, column.id)),
                  },
                }
              : {})}
          >
            <span translate="no">{column.label}</span>
          </Th>
        ))}
      </Tr>
    </Thead>
  );
}
