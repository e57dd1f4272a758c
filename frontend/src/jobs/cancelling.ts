import type { Action } from "../actions/action";
import { cancelJob as cancel, resumeHostedImport } from "../api/generated/sdk.gen";

/** One job, by its id. */
export interface JobTarget {
  id: string;
}

const hrefOf = (id: string) => `/jobs/${id}`;

/** Has a job stop and undo what it did. */
export const cancelJob: Action<JobTarget> = {
  id: "job.cancel",
  final: true,
  needs: ["job", "cancel"],
  verb: "job.cancel.do",
  title: "job.cancel.title",
  body: "job.cancel.body",
  danger: true,
  run: async ({ id }) => {
    const { requestId } = await cancel({ path: { job_id: id } });
    return { requestId, href: hrefOf(id) };
  },
};

/**
 * Has an import that failed or was cancelled go on where it stopped. Imports are the only jobs
 * that people start and that can go on; the rights are those of starting one.
 */
const resumeImport: Action<JobTarget> = {
  id: "job.resume",
  needs: ["update-package", "create"],
  verb: "job.resume.do",
  title: "job.resume.title",
  body: "job.resume.body",
  run: async ({ id }) => {
    const { requestId } = await resumeHostedImport({ path: { import_id: id } });
    return { requestId, undo: () => cancel({ path: { job_id: id } }) };
  },
};

/** How a job of a kind goes on after a failure; undefined where it cannot. */
export function resumeOf(kind: string, state: string): Action<JobTarget> | undefined {
  const ended = state === "failed" || state === "cancelled";
  return ended && kind === "updates.import" ? resumeImport : undefined;
}
