import DownloadIcon from "@patternfly/react-icons/dist/esm/icons/download-icon";
import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../api/generated/types.gen";
import type { Query } from "../live/query";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";

const choices = part(async () => (await import("./DownloadChoices")).DownloadChoices);

export interface DownloadMenuProps {
  collection: string;
  query: Query;
  visible: readonly ColumnInfo[];
}

/** The button of the download as CSV. */
export function DownloadMenu(props: DownloadMenuProps) {
  const { t } = useTranslation();
  return (
    <MenuButton
      menu={choices}
      given={props}
      variant="plain"
      size="sm"
      icon={<DownloadIcon />}
      aria-label={t("table.csv")}
      title={t("table.csv")}
    />
  );
}
