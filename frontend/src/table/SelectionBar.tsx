import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, Row } from "../api/generated/types.gen";
import { CopyText } from "../format/CopyButton";
import { hrefOf as addressOf } from "../shell/navigate";
import { nameColumn } from "./columns";
import type { Selection } from "./useSelection";

export interface SelectionBarProps {
  info: CollectionInfo;
  selection: Selection;
  hrefOf: (row: Row) => string;
}

/** What can be done with the ticked rows; absent while there are none. */
export function SelectionBar({ info, selection, hrefOf }: SelectionBarProps) {
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
      <Button variant="link" size="sm" onClick={selection.clear}>
        {t("table.clearSelection")}
      </Button>
    </div>
  );
}
