import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "../api/http";
import type { StackView } from "../api/types";

export const stackQuery = queryOptions({
  queryKey: ["stack"],
  queryFn: ({ signal }) => request<StackView>("stack", { signal }),
  refetchInterval: (query) => (isSettled(query.state.data) ? 5_000 : 1_000),
  retry: false,
});

/** Whether nothing of the stack is on its way any more. */
export function isSettled(stack: StackView | undefined): boolean {
  if (!stack) return false;
  return stack.components.every(({ state }) => state === "ready" || state === "stopped");
}

export function useStack(enabled = true) {
  return useQuery({ ...stackQuery, enabled });
}
