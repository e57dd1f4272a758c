import { Badge, Button } from "@patternfly/react-core";
import TasksIcon from "@patternfly/react-icons/dist/esm/icons/tasks-icon";
import { useTranslation } from "react-i18next";
import { useActionDialogue } from "../actions/ActionHost";
import { EMPTY_QUERY } from "../live/query";
import { useLiveView } from "../live/react";
import { useSettled } from "../live/useSettled";
import { Popover } from "../overlay/Popover";
import { part, usePart } from "../overlay/part";
import { mayUse, useSession } from "../session/session";
import { cancelJob } from "./cancelling";
import { isFinished } from "./state";
import type { TrayListProps } from "./TrayList";
import { UNFINISHED, useLeftJobs } from "./useLeftJobs";

const NEWEST = { ...EMPTY_QUERY, sort: ["-created"] };
const SHOWN = { offset: 0, limit: 8 };
const ALL = { offset: 0, limit: 200 };

const list = part(async () => (await import("./TrayList")).TrayList);

/** The newest jobs, live: how many are under way; opened, the jobs themselves. */
export function JobsTray() {
  const { t } = useTranslation();
  const offered = mayUse(useSession(), "job", "list");
  const asked = useSettled() && offered ? "jobs" : null;
  const { view } = useLiveView(asked, NEWEST, SHOWN);
  // The popover goes when a dialogue opens over it, so the dialogue stands beside it.
  const { start, dialogue } = useActionDialogue();
  const unfinished = useLiveView(asked, UNFINISHED, ALL);
  useLeftJobs(unfinished.view.rows);
  if (!offered) return null;
  const under = view.rows.filter(({ state }) => !isFinished(state)).length;
  return (
    <>
      <Popover
        label={t("job.tray")}
        minWidth="min(24rem, 90vw)"
        maxWidth="min(30rem, 95vw)"
        body={(close) => (
          <div className="cr-pulse-body">
            <h2 className="cr-popover-title">{t("job.tray")}</h2>
            <Jobs
              rows={view.rows}
              onCancel={(row, title) => {
                close();
                start(cancelJob, { id: row.key }, title);
              }}
            />
          </div>
        )}
      >
        {(trigger) => (
          <Button
            {...trigger}
            variant="plain"
            className="cr-tray"
            aria-label={t("job.trayCount", { count: under })}
            icon={<TasksIcon />}
          >
            {under > 0 && <Badge screenReaderText={t("job.underWay")}>{under}</Badge>}
          </Button>
        )}
      </Popover>
      {dialogue}
    </>
  );
}

function Jobs(props: TrayListProps) {
  const { t } = useTranslation();
  const List = usePart(list, true);
  return List ? <List {...props} /> : <p>{t("state.loading")}</p>;
}
