import { inBulk } from "../../actions/inBulk";
import { getJob } from "../../api/generated/sdk.gen";
import { rowOf } from "../../api/rows";
import { cancelJob } from "../../jobs/cancelling";
import { isFinished } from "../../jobs/state";

/** Has several jobs stop, as far as they can be stopped. */
export const cancelJobs = inBulk(
  {
    ...cancelJob,
    load: async ({ id }) => (await getJob({ path: { job_id: id } })).data,
  },
  {
    asks: { collection: "jobs", verb: "cancel" },
    each: (row) => {
      const { key, title, kind, state } = rowOf("jobs", row);
      return {
        key,
        name: title || kind,
        target: { id: key },
        against: isFinished(state) ? "job.isOver" : undefined,
      };
    },
    refuses: (job) => ("cancellable" in job && !job.cancellable ? "job.notCancellable" : undefined),
  },
);
