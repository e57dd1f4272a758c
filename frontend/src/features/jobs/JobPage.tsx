import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { getJobOptions } from "../../api/generated/@tanstack/react-query.gen";
import { DetailPage } from "../../detail/DetailPage";
import { DetailPending, StaleNotice } from "../../detail/DetailStates";
import { useDetail } from "../../detail/useDetail";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { cancelJob, resumeOf } from "../../jobs/cancelling";
import { jobWord } from "../../jobs/state";
import { useAddress } from "../../pages/useAddress";
import { JobSteps } from "./JobSteps";
import { JobSummary } from "./JobSummary";

/** One job: how far it is, its steps and its log, as they come. */
export function JobPage() {
  const { t } = useTranslation();
  const { job: id = "" } = useAddress<"job">();
  const live = useLiveRow("jobs", equals({ key: id }));
  const detail = useDetail(getJobOptions({ path: { job_id: id } }), {
    news: live.row?.updated,
  });
  const crumbs = [{ title: t("nav.jobs"), href: "/jobs" }];
  const job = detail.data;
  if (!job) return <DetailPending detail={detail} crumbs={crumbs} what={id} />;
  const name = job.title || job.kind;
  const resume = resumeOf(job.kind, job.state);
  return (
    <DetailPage
      crumbs={[...crumbs, { title: name, raw: true }]}
      kind="Task"
      name={name}
      status={jobWord(job.state, job.cancelling)}
      sentence={job.error || undefined}
      deletedAt={detail.goneAt}
      notice={<StaleNotice detail={detail} />}
      meta={
        <>
          {job.cancellable && (
            <ActionButton
              action={cancelJob}
              target={job}
              name={name}
              label={t("job.cancelNamed", { title: name })}
            />
          )}
          {resume && <ActionButton action={resume} target={job} name={name} />}
        </>
      }
      tabs={[
        {
          id: "summary",
          title: t("job.summary"),
          content: () => <JobSummary job={job} />,
        },
        {
          id: "steps",
          title: t("job.steps"),
          count: job.steps.length,
          content: () => <JobSteps steps={job.steps} />,
        },
      ]}
    />
  );
}
