import "../../i18n/runbooks";
import "../../styles/runbooks.css";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readRunOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { RunView } from "../../api/generated/types.gen";
import { StaleNotice } from "../../detail/DetailStates";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { useDetail } from "../../detail/useDetail";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { JobProgress } from "../../jobs/JobProgress";
import { isFinished, jobWord } from "../../jobs/state";
import { useAddress } from "../../pages/useAddress";
import { AppLink } from "../../shell/AppLink";
import { Notice, type NoticeTone } from "../../states/Notice";
import { Status } from "../../status/Status";
import { Frame, Pending } from "./Frame";
import { resume, stop } from "./following";
import { Steps } from "./Steps";
import { addressOf } from "./target";

interface RunProps {
  etcd: string;
  runbook: string;
  job: string;
}

const EVERY_MS = 3_000;

/** The run that the address names. */
export function RunPage() {
  const { etcd = "", runbook = "", job = "" } = useAddress<"etcd" | "runbook" | "job">();
  return <Run key={job} etcd={etcd} runbook={runbook} job={job} />;
}

/** How a run of a runbook goes, step by step, as its job tells. */
function Run(props: RunProps) {
  const { etcd, runbook, job } = props;
  const { t } = useTranslation();
  const live = useLiveRow("jobs", equals({ key: job }));
  const detail = useDetail(readRunOptions({ path: { name: etcd, runbook, job } }), {
    news: live.row?.updated,
    every: EVERY_MS,
  });
  const run = detail.data;
  if (!run)
    return (
      <Frame etcd={etcd} title="">
        <Pending detail={detail} />
      </Frame>
    );
  const over = isFinished(run.state);
  return (
    <Frame
      etcd={etcd}
      title={run.title}
      sentence={<Status word={jobWord(run.state, run.cancelling)} />}
      meta={
        <>
          {!over && !run.cancelling && (
            <ActionButton action={stop} target={props} name={run.title} />
          )}
          {run.resumable && <ActionButton action={resume} target={props} name={run.title} />}
          <AppLink href={`/jobs/${job}`}>{t("job.log")}</AppLink>
          {over && <AppLink href={addressOf(etcd, runbook)}>{t("runbook.planAgain")}</AppLink>}
        </>
      }
    >
      <StaleNotice detail={detail} />
      {over ? <Ended run={run} /> : <UnderWay run={run} />}
      <Section title={t("runbook.stepsOfRun")}>
        <Steps steps={run.steps} />
      </Section>
    </Frame>
  );
}

function UnderWay({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const done = run.steps.filter(({ state }) => state === "done").length;
  return (
    <div className="cr-runbook-progress">
      <JobProgress done={done} total={run.steps.length} stage={run.stage} label={run.title} />
      <p className="cr-muted">{t("runbook.goesOn")}</p>
    </div>
  );
}

const TONES: Readonly<Record<string, NoticeTone>> = { succeeded: "success", cancelled: "info" };

function Ended({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const how = run.state === "succeeded" || run.state === "cancelled" ? run.state : "failed";
  return (
    <Notice
      className="cr-notice"
      tone={TONES[how] ?? "danger"}
      title={t(`runbook.ended.${how}`)}
      live
    >
      <Raw>{how === "succeeded" ? run.stage : run.error}</Raw>
    </Notice>
  );
}
