import { Button, Label } from "@patternfly/react-core";
import PauseIcon from "@patternfly/react-icons/dist/esm/icons/pause-icon";
import PlayIcon from "@patternfly/react-icons/dist/esm/icons/play-icon";
import { useTranslation } from "react-i18next";
import { formatClock } from "../../format/time";
import { EVENT_PANEL_COLUMNS, EventPanel } from "../../kube/EventPanel";
import { EVENT_RENDERERS } from "../../kube/eventCells";
import { hrefOfRow } from "../../pages/registry";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { usePause } from "./usePause";

/** What happened around then, in every system; pause to read, resume to follow. */
export function EventsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = usePageSearch();
  const pause = usePause("last");
  return (
    <LiveTable
      collection="events"
      search={search}
      onSearch={setSearch}
      fixed={pause.filters}
      title={t("nav.events")}
      sentence={t("events.sentence")}
      renderers={EVENT_RENDERERS}
      href={(row) => hrefOfRow("events", row)}
      panel={(row) => <EventPanel row={row} />}
      panelHidden={EVENT_PANEL_COLUMNS}
      emptyHint={t("events.empty")}
      actions={
        <>
          {pause.at !== null && (
            <Label isCompact color="yellow" variant="outline">
              {t("events.pausedAt", { at: formatClock(pause.at) })}
            </Label>
          )}
          <Button
            variant="secondary"
            size="sm"
            icon={pause.at === null ? <PauseIcon /> : <PlayIcon />}
            onClick={pause.toggle}
            aria-pressed={pause.at !== null}
          >
            {t(pause.at === null ? "events.pause" : "events.resume")}
          </Button>
        </>
      }
    />
  );
}
