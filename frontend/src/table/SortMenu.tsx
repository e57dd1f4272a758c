import { MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import SortIcon from "@patternfly/react-icons/dist/esm/icons/sort-amount-down-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../api/generated/types.gen";

const USUAL = "\u0000usual";

export interface SortMenuProps {
  columns: readonly ColumnInfo[];
  /** The order the viewer chose; undefined for the table's own. */
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
}

/** The order of the rows where there are no heads to click: on a phone. */
export function SortMenu({ columns, sort, onSort }: SortMenuProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const sortable = columns.filter((column) => column.sortable);
  const choose = (value: string) => {
    setOpen(false);
    if (value === USUAL) onSort(undefined);
    else onSort(value === sort ? `-${value}` : value);
  };
  return (
    <Select
      isOpen={open}
      onOpenChange={setOpen}
      selected={sort?.replace(/^-/, "") ?? USUAL}
      onSelect={(_, value) => choose(String(value))}
      isScrollable
      maxMenuHeight="60vh"
      popperProps={{ position: "end", appendTo: "inline" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          size="sm"
          icon={<SortIcon />}
          isExpanded={open}
          aria-label={t("table.sort")}
          onClick={() => setOpen(!open)}
        />
      )}
    >
      <SelectList aria-label={t("table.sort")}>
        <SelectOption value={USUAL}>{t("table.sortUsual")}</SelectOption>
        {sortable.map(({ id, label }) => (
          <SelectOption key={id} value={id}>
            <span translate="no">
              {label} {sort === id ? "↑" : sort === `-${id}` ? "↓" : ""}
            </span>
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
