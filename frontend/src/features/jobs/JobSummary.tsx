import { useTranslation } from "react-i18next";
import type { JobView } from "../../api/generated/types.gen";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { formatClock, formatExact } from "../../format/time";
import { JobProgress } from "../../jobs/JobProgress";
import { isFinished } from "../../jobs/state";
import { AppLink } from "../../shell/AppLink";

/** Progress, result, who and when, and the end of the log. */
export function JobSummary({ job }: { job: JobView }) {
  const { t } = useTranslation();
  return (
    <>
      {!isFinished(job.state) && (
        <JobProgress
          done={job.done}
          total={job.total}
          stage={job.stage}
          label={job.title || job.kind}
        />
      )}
      <Facts
        columns={2}
        facts={[
          [t("job.kind"), <Raw key="kind">{job.kind}</Raw>],
          [t("job.startedBy"), <Raw key="by">{job.started_by || job.schedule}</Raw>],
          [t("job.runsOn"), job.runs_on && <Raw key="place">{job.runs_on}</Raw>],
          [t("job.created"), formatExact(job.created)],
          [t("job.finished"), job.finished && formatExact(job.finished)],
          [t("job.attempt"), job.attempt > 1 && String(job.attempt)],
          [
            t("job.result"),
            job.result !== null && job.result !== undefined && (
              <Raw key="result">{JSON.stringify(job.result)}</Raw>
            ),
          ],
          [t("job.link"), job.link && <AppLink href={job.link}>{job.link}</AppLink>],
        ]}
      />
      <Section title={t("job.log")}>
        {job.log.length === 0 ? (
          <p className="cr-muted">{t("job.noLog")}</p>
        ) : (
          <ol className="cr-job-log" aria-label={t("job.log")}>
            {job.log.map((line) => (
              <li key={line.id} translate="no">
                <time title={formatExact(line.at)}>{formatClock(line.at)}</time> {line.message}
              </li>
            ))}
          </ol>
        )}
      </Section>
    </>
  );
}
