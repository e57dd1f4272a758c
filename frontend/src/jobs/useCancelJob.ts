import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { JobView } from "../api/generated/types.gen";
import { request } from "../api/http";

/** Asks a job to stop and undo what it did. */
export function useCancelJob(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<JobView>(`jobs/${encodeURIComponent(id)}/cancel`, { method: "POST" }),
    onSuccess: (job) => client.setQueryData(["detail", `jobs/${encodeURIComponent(id)}`], job),
  });
}
