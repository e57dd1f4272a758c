import SortIcon from "@patternfly/react-icons/dist/esm/icons/sort-amount-down-icon";
import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../api/generated/types.gen";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";

const choices = part(async () => (await import("./SortChoices")).SortChoices);

export interface SortMenuProps {
  columns: readonly ColumnInfo[];
  /** The order the viewer chose; undefined for the table's own. */
  sort: string | undefined;
  onSort: (sort: string | undefined) => void;
}

/** The button of the order, where there are no heads to click: on a phone. */
export function SortMenu(props: SortMenuProps) {
  const { t } = useTranslation();
  return (
    <MenuButton
      menu={choices}
      given={props}
      variant="plain"
      size="sm"
      icon={<SortIcon />}
      aria-label={t("table.sort")}
    />
  );
}
