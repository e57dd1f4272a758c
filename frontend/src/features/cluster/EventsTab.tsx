import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { EVENT_PANEL_COLUMNS, EventPanel } from "../../kube/EventPanel";
import { EVENT_RENDERERS } from "../../kube/eventCells";
import { eventFilters } from "../../kube/RecentEvents";
import { hrefOfRow } from "../../pages/registry";
import { LiveTable } from "../../table/LiveTable";
import { useLocalSearch } from "../../table/usePageSearch";
import type { EventSubjects } from "./relations";

/** What happened to an object and to what belongs to it, newest first, as it happens. */
export function EventsTab({
  cluster,
  namespace,
  subjects,
}: {
  cluster: string;
  namespace: string | undefined;
  /** The object, its replica sets, jobs and pods. */
  subjects: EventSubjects;
}) {
  const { t } = useTranslation();
  const [search, setSearch] = useLocalSearch();
  const fixed = useMemo(
    () => eventFilters({ cluster, namespace, ...subjects }),
    [cluster, namespace, subjects],
  );
  return (
    <LiveTable
      collection="events"
      search={search}
      onSearch={setSearch}
      fixed={fixed}
      hidden={subjects.names.length > 1 ? HIDDEN : [...HIDDEN, "object_kind", "object_name"]}
      renderers={EVENT_RENDERERS}
      href={(row) => hrefOfRow("events", row)}
      panel={(row) => <EventPanel row={row} />}
      panelHidden={EVENT_PANEL_COLUMNS}
      emptyHint={t("detail.noEvents")}
      embedded
    />
  );
}

const HIDDEN = ["namespace", "source", "cluster"];
