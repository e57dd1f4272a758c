import { Badge, Button, Popover } from "@patternfly/react-core";
import TasksIcon from "@patternfly/react-icons/dist/esm/icons/tasks-icon";
import { useTranslation } from "react-i18next";
import { useActionDialogue } from "../actions/useAction";
import type { Row } from "../api/generated/types.gen";
import { Age } from "../format/Age";
import { EMPTY_QUERY } from "../live/query";
import { useLiveView } from "../live/react";
import { mayUse, useSession } from "../session/session";
import { AppLink } from "../shell/AppLink";
import { entryHref, useNewsHistory } from "../shell/news";
import { Status } from "../status/Status";
import { cancelJob } from "./cancelling";
import { JobProgress } from "./JobProgress";
import { isFinished, jobWord } from "./state";
import { useLeftJobs } from "./useLeftJobs";

const NEWEST = { ...EMPTY_QUERY, sort: ["-created"] };
const SHOWN = { offset: 0, limit: 8 };

/** The newest jobs, live: how far they are, their result, and the means to stop them. */
export function JobsTray() {
  const { t } = useTranslation();
  const offered = mayUse(useSession(), "job", "list");
  const { view } = useLiveView(offered ? "jobs" : null, NEWEST, SHOWN);
  // The popover goes when a dialogue opens over it, so the dialogue stands beside it.
  const { start, dialogue } = useActionDialogue();
  useLeftJobs(view.rows);
  if (!offered) return null;
  const under = view.rows.filter(({ state }) => !isFinished(state)).length;
  return (
    <>
      <Popover
        aria-label={t("job.tray")}
        showClose={false}
        position="bottom-end"
        minWidth="min(24rem, 90vw)"
        maxWidth="min(30rem, 95vw)"
        bodyContent={(hide) => (
          <div className="cr-pulse-body">
            <h2 className="cr-popover-title">{t("job.tray")}</h2>
            {view.rows.map((row) => (
              <TrayJob
                key={row.key}
                row={row}
                onCancel={(title) => {
                  hide();
                  start(cancelJob, { id: row.key }, title);
                }}
              />
            ))}
            {view.rows.length === 0 && <p>{t("job.empty")}</p>}
            <AppLink href="/jobs">{t("job.all")}</AppLink>
            <Told />
          </div>
        )}
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
      {dialogue}
    </>
  );
}

/** What was told as it happened elsewhere, for who missed it. */
function Told() {
  const { t } = useTranslation();
  const told = useNewsHistory();
  if (told.length === 0) return null;
  return (
    <section className="cr-told">
      <h2 className="cr-popover-title">{t("news.earlier")}</h2>
      {told.map(({ id, at, title, detail, href, requestId }) => (
        <p key={id}>
          <span translate="no">{title}</span> {detail && <span translate="no">{detail}</span>}{" "}
          <Age at={at} /> {href && <AppLink href={href}>{t("action.result")}</AppLink>}{" "}
          {requestId && <AppLink href={entryHref(requestId)}>{t("action.entry")}</AppLink>}
        </p>
      ))}
    </section>
  );
}

interface TrayJobProps {
  row: Row;
  onCancel: (title: string) => void;
}

function TrayJob({ row, onCancel }: TrayJobProps) {
  const { t } = useTranslation();
  const may = mayUse(useSession(), ...cancelJob.needs);
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
          {row.cancelling !== true && may && (
            <Button
              variant="secondary"
              size="sm"
              aria-label={t("job.cancelNamed", { title })}
              onClick={() => onCancel(title)}
            >
              {t("job.cancel.do")}
            </Button>
          )}
        </>
      )}
      {row.error ? <p translate="no">{String(row.error)}</p> : null}
    </section>
  );
}
