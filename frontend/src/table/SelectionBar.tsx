import { Button } from "@patternfly/react-core";
import DownloadIcon from "@patternfly/react-icons/dist/esm/icons/download-icon";
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, ColumnInfo, Row } from "../api/generated/types.gen";
import { CopyText } from "../format/CopyButton";
import { hrefOf as addressOf } from "../shell/navigate";
import { nameColumn } from "./columns";
import { csvOf, saveFile } from "./csv";
import type { Selection } from "./useSelection";

export interface SelectionBarProps {
  info: CollectionInfo;
  selection: Selection;
  hrefOf: (row: Row) => string;
  /** The columns on screen: what a download of the ticked rows holds. */
  visible: readonly ColumnInfo[];
  /** What else the page does with several rows at once. */
  bulk?: ((rows: readonly Row[], drop: Selection["drop"]) => ReactNode) | undefined;
}

/** What can be done with the ticked rows; absent while there are none. */
export function SelectionBar({ info, selection, hrefOf, visible, bulk }: SelectionBarProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const rows = [...selection.selected.values()];
  if (rows.length === 0) return null;
  const name = nameColumn(info);
  const names = rows.map((row) => String((name && row[name.id]) ?? row.key));
  const links = rows.map((row) => window.location.origin + addressOf(router, hrefOf(row)));
  return (
    <div className="cr-selection" role="group" aria-label={t("table.selection")}>
      <span role="status">{t("table.selected", { count: rows.length })}</span>
      <CopyText text={names.join("\n")} label={t("table.copyNames")} />
      <CopyText text={links.join("\n")} label={t("table.copyLinks")} />
      <Button
        variant="link"
        size="sm"
        icon={<DownloadIcon />}
        onClick={() => saveFile(`${info.name}.csv`, csvOf(visible, rows))}
      >
        {t("table.csvSelected")}
      </Button>
      {bulk?.(rows, selection.drop)}
      <Button variant="link" size="sm" onClick={selection.clear}>
        {t("table.clearSelection")}
      </Button>
    </div>
  );
}
