import { useTranslation } from "react-i18next";
import { PANEL_COLUMNS, RowPanel } from "../../kube/RowPanel";
import { hrefOfRow } from "../../pages/registry";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";

/** Which machines are in trouble or behind? */
export function MachinesPage() {
  const { t } = useTranslation();
  const [search, setSearch] = usePageSearch();
  return (
    <LiveTable
      collection="machines"
      search={search}
      onSearch={setSearch}
      title={t("nav.machines")}
      panel={(row) => <RowPanel collection="machines" row={row} />}
      panelHidden={PANEL_COLUMNS.machines}
      href={(row) => hrefOfRow("machines", row)}
      emptyHint={t("machines.empty")}
    />
  );
}
