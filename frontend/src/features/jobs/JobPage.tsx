import { useTranslation } from "react-i18next";
import { getJobOptions } from "../../api/generated/@tanstack/react-query.gen";
import { DetailPage } from "../../detail/DetailPage";
import { DetailPending, StaleNotice } from "../../detail/DetailStates";
import { useDetail } from "../../detail/useDetail";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { CancelJob } from "../../jobs/CancelJob";
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
  return (
    <DetailPage
      crumbs={[...crumbs, { title: name, raw: true }]}
      kind="Task"
      name={name}
      status={jobWord(job.state, job.cancelling)}
      sentence={job.error || undefined}
      deletedAt={detail.goneAt}
      notice={<StaleNotice detail={detail} />}
      meta={job.cancellable ? <CancelJob id={job.id} title={name} /> : undefined}
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
