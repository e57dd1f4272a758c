import type { Action } from "../../actions/action";
import { cancelJob, resumeRun } from "../../api/generated/sdk.gen";

/** One run of a runbook. */
export interface RunTarget {
  etcd: string;
  runbook: string;
  job: string;
}

/** Begins no further step. */
export const stop: Action<RunTarget> = {
  id: "runbook.stop",
  needs: ["job", "cancel"],
  verb: "runbook.stop.do",
  title: "runbook.stop.title",
  body: "runbook.stop.body",
  danger: true,
  draft: ({ job }) => job,
  run: async ({ job }) => ({ requestId: (await cancelJob({ path: { job_id: job } })).requestId }),
};

/** Goes on with the steps that are not done. */
export const resume: Action<RunTarget> = {
  id: "runbook.resume",
  needs: ["etcdmember", "maintain"],
  verb: "runbook.resume.do",
  title: "runbook.resume.title",
  body: "runbook.resume.body",
  draft: ({ job }) => job,
  run: async ({ etcd, runbook, job }) => ({
    requestId: (await resumeRun({ path: { name: etcd, runbook, job } })).requestId,
  }),
};
