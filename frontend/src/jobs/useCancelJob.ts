import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getJobQueryKey } from "../api/generated/@tanstack/react-query.gen";
import { cancelJob } from "../api/generated/sdk.gen";

/** Asks a job to stop and undo what it did. */
export function useCancelJob(id: string) {
  const client = useQueryClient();
  const job = { path: { job_id: id } };
  return useMutation({
    mutationFn: async () => (await cancelJob(job)).data,
    onSuccess: (asked) => client.setQueryData(getJobQueryKey(job), asked),
  });
}
