import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { Row } from "../api/generated/types.gen";
import { Age } from "../format/Age";
import { mayUse, useSession } from "../session/session";
import { AppLink } from "../shell/AppLink";
import { entryHref, useNewsHistory } from "../shell/news";
import { Status } from "../status/Status";
import { JobProgress } from "./JobProgress";
import { isFinished, jobWord } from "./state";

export interface TrayListProps {
  rows: readonly Row[];
  onCancel: (row: Row, title: string) => void;
}

/** The jobs of the tray: how far each is, its result, and the means to stop it. */
export function TrayList({ rows, onCancel }: TrayListProps) {
  const { t } = useTranslation();
  return (
    <>
      {rows.map((row) => (
        <TrayJob key={row.key} row={row} onCancel={(title) => onCancel(row, title)} />
      ))}
      {rows.length === 0 && <p>{t("job.empty")}</p>}
      <AppLink href="/jobs">{t("job.all")}</AppLink>
      <Told />
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
  const may = mayUse(useSession(), "job", "cancel");
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
