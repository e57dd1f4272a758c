import "../../i18n/pages";
import { Button, Label } from "@patternfly/react-core";
import PauseIcon from "@patternfly/react-icons/dist/esm/icons/pause-icon";
import PlayIcon from "@patternfly/react-icons/dist/esm/icons/play-icon";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { equals } from "../../detail/useLiveRow";
import { formatClock } from "../../format/time";
import { EVENT_PANEL_COLUMNS, EventPanel } from "../../kube/EventPanel";
import { EVENT_RENDERERS } from "../../kube/eventCells";
import { hrefOfRow } from "../../pages/registry";
import { useScope } from "../../shell/scope";
import { useNarrow } from "../../shell/useNarrow";
import { parseFilter } from "../../table/filters";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { Density } from "./Density";
import { usePause } from "./usePause";

/** What happened around then, in every system; pause to read, resume to follow. */
export function EventsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = usePageSearch();
  const pause = usePause("last");
  const narrow = useNarrow();
  const { cluster, namespace, team = "" } = useScope();
  const scopeOfEvents = useMemo(
    () => equals({ ...(cluster && { cluster }), ...(namespace && { namespace }) }),
    [cluster, namespace],
  );
  const pauseWord = t(pause.at === null ? "events.pause" : "events.resume");
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
      tabs={
        <Density
          filters={[...scopeOfEvents, ...pause.filters, ...withoutTime(search.filter)]}
          q={search.q ?? ""}
          team={team}
          onRange={(from, to) =>
            setSearch({ ...search, filter: [...withoutTime(search.filter), ...between(from, to)] })
          }
        />
      }
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
            {...(narrow ? { "aria-label": pauseWord } : {})}
          >
            {!narrow && pauseWord}
          </Button>
        </>
      }
    />
  );
}

/** The filters without those on when an event was last seen: a click on a bar replaces them. */
const withoutTime = (filters: readonly string[] = []) =>
  filters.filter((filter) => parseFilter(filter)?.column !== "last");

const between = (from: number, to: number) => [`last>=${from.toFixed(0)}`, `last<${to.toFixed(0)}`];
