import { useTranslation } from "react-i18next";
import type { Row } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { Bulk } from "../../kube/operate/Bulk";
import { PANEL_COLUMNS, RowPanel } from "../../kube/RowPanel";
import { usedRenderers } from "../../kube/usage/Used";
import { hrefOfRow } from "../../pages/registry";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { MachineActions } from "../../updates/MachineActions";
import { MachinesBulk } from "../../updates/MachinesBulk";

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
      renderers={RENDERERS}
      panel={(row) => <MachinePanel row={row} />}
      panelHidden={PANEL_COLUMNS.machines}
      href={(row) => hrefOfRow("machines", row)}
      emptyHint={t("machines.empty")}
      bulk={(rows, drop) => (
        <>
          <Bulk collection="machines" rows={rows} drop={drop} />
          <MachinesBulk rows={rows} drop={drop} />
        </>
      )}
    />
  );
}

const RENDERERS = usedRenderers("machines");

/** The top of a machine's panel: what can be done with it, and how it is. */
function MachinePanel({ row }: { row: Row }) {
  const { name, instance, update_status: status } = rowOf("machines", row);
  return (
    <>
      {instance && <MachineActions instance={instance} name={name} failed={status === "error"} />}
      <RowPanel collection="machines" row={row} />
    </>
  );
}
