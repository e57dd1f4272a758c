import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, Row } from "../api/types";
import { CopyButton } from "../format/CopyButton";
import { nameColumn } from "./columns";

export interface SelectionBarProps {
  selected: ReadonlySet<string>;
  info: CollectionInfo;
  rows: readonly Row[];
  onClear: () => void;
}

/** What can be done with the ticked rows; absent while there are none. */
export function SelectionBar({ selected, info, rows, onClear }: SelectionBarProps) {
  const { t } = useTranslation();
  if (selected.size === 0) return null;
  const name = nameColumn(info);
  const names = rows
    .filter((row) => selected.has(row.key))
    .map((row) => String((name && row[name.id]) ?? row.key));
  return (
    <div className="cr-selection" role="status">
      <span>{t("table.selected", { count: selected.size })}</span>
      <CopyButton text={names.join("\n")} />
      <Button variant="link" size="sm" onClick={onClear}>
        {t("table.clearSelection")}
      </Button>
    </div>
  );
}
