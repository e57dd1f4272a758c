import ColumnsIcon from "@patternfly/react-icons/dist/esm/icons/columns-icon";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, ColumnInfo } from "../api/generated/types.gen";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";

const columns = part(async () => (await import("./ColumnMenu")).ColumnMenu);

export interface ColumnManagerProps {
  info: CollectionInfo;
  visible: readonly ColumnInfo[];
  onChange: (cols: string | undefined) => void;
}

/** The button of the columns that are shown and how high the rows are. */
export function ColumnManager(props: ColumnManagerProps) {
  const { t } = useTranslation();
  return (
    <MenuButton
      menu={columns}
      given={props}
      variant="plain"
      size="sm"
      icon={<ColumnsIcon />}
      aria-label={t("columns.manage")}
      title={t("columns.manage")}
    />
  );
}
