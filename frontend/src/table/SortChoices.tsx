import { Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { MenuProps } from "../overlay/menu";
import type { SortMenuProps } from "./SortMenu";

const USUAL = "\u0000usual";

export interface SortChoicesProps extends SortMenuProps, MenuProps {}

/** The order of the rows where there are no heads to click: on a phone. */
export function SortChoices({ columns, sort, onSort, ...menu }: SortChoicesProps) {
  const { t } = useTranslation();
  const sortable = columns.filter((column) => column.sortable);
  const choose = (value: string) => {
    menu.onOpen(false);
    if (value === USUAL) onSort(undefined);
    else onSort(value === sort ? `-${value}` : value);
  };
  return (
    <Select
      isOpen={menu.isOpen}
      onOpenChange={menu.onOpen}
      selected={sort?.replace(/^-/, "") ?? USUAL}
      onSelect={(_, value) => choose(String(value))}
      isScrollable
      maxMenuHeight="60vh"
      popperProps={{ position: "end", appendTo: "inline" }}
      toggle={{ toggleNode: null, toggleRef: menu.toggle }}
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
