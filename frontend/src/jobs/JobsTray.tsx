import { Badge, Button, Popover } from "@patternfly/react-core";
import TasksIcon from "@patternfly/react-icons/dist/esm/icons/tasks-icon";
import { useTranslation } from "react-i18next";
import type { Row } from "../api/generated/types.gen";
import { EMPTY_QUERY } from "../live/query";
import { useLiveView } from "../live/react";
import { mayUse, useSession } from "../session/session";
import { AppLink } from "../shell/AppLink";
import { Status } from "../status/Status";
import { CancelJob } from "./CancelJob";
import { JobProgress } from "./JobProgress";
import { isFinished, jobWord } from "./state";

const NEWEST = { ...EMPTY_QUERY, sort: ["-created"] };
const SHOWN = { offset: 0, limit: 8 };

/** The newest jobs, live: how far they are, their result, and the means to stop them. */
export function JobsTray() {
  const { t } = useTranslation();
  const offered = mayUse(useSession(), "job", "list");
  const { view } = useLiveView(offered ? "jobs" : null, NEWEST, SHOWN);
  if (!offered) return null;
  const under = view.rows.filter(({ state }) => !isFinished(state)).length;
  return (
    <Popover
      aria-label={t("job.tray")}
      showClose={false}
      position="bottom-end"
      minWidth="min(24rem, 90vw)"
      maxWidth="min(30rem, 95vw)"
      bodyContent={
        <div className="cr-pulse-body">
          <h2 className="cr-popover-title">{t("job.tray")}</h2>
          {view.rows.map((row) => (
            <TrayJob key={row.key} row={row} />
          ))}
          {view.rows.length === 0 && <p>{t("job.empty")}</p>}
          <AppLink href="/jobs">{t("job.all")}</AppLink>
        </div>
      }
    >
      <Button
        variant="plain"
        className="cr-tray"
        aria-label={t("job.trayCount", { count: under })}
        icon={<TasksIcon />}
      >
        {under > 0 && <Badge screenReaderText={t("job.underWay")}>{under}</Badge>}
      </Button>
    </Popover>
  );
}

function TrayJob({ row }: { row: Row }) {
  const title = String(row.title || row.kind);
  const finished = isFinished(row.state);
  return (
    <section className="cr-pulse-system">
      <h3>
        <AppLink href={`/jobs/${row.key}`}>
          <span translate="no">{title}</span>
        </AppLink>
      </h3>
      <Status word={jobWord(row.state, row.cancelling)} />
      {!finished && (
        <>
          <JobProgress
            done={Number(row.done)}
            total={Number(row.total)}
            stage={String(row.stage ?? "")}
            label={title}
          />
          {row.cancelling !== true && <CancelJob id={row.key} title={title} />}
        </>
      )}
      {row.error ? <p translate="no">{String(row.error)}</p> : null}
    </section>
  );
}
