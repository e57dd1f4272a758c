import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { equals } from "../../detail/useLiveRow";
import { EVENT_PANEL_COLUMNS, EventPanel } from "../../kube/EventPanel";
import { LiveTable } from "../../table/LiveTable";
import { useLocalSearch } from "../../table/usePageSearch";

/** What happened to one object, newest first, as it happens. */
export function EventsTab({
  cluster,
  kind,
  namespace,
  name,
}: {
  cluster: string;
  kind: string;
  namespace: string | undefined;
  name: string;
}) {
  const { t } = useTranslation();
  const [search, setSearch] = useLocalSearch();
  const fixed = useMemo(
    () => equals({ cluster, object_kind: kind, namespace, object_name: name }),
    [cluster, kind, namespace, name],
  );
  return (
    <LiveTable
      collection="events"
      search={search}
      onSearch={setSearch}
      fixed={fixed}
      hidden={HIDDEN}
      panel={(row) => <EventPanel row={row} />}
      panelHidden={EVENT_PANEL_COLUMNS}
      emptyHint={t("detail.noEvents")}
      embedded
    />
  );
}

const HIDDEN = ["object_kind", "object_name", "namespace", "source", "cluster"];
