import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "../api/http";
import type { Overview } from "../api/types";

/** The overview joins all systems on the server; asked often enough to feel live. */
export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: ({ signal }) => request<Overview>("overview", { signal }),
  refetchInterval: 2_000,
  staleTime: 1_000,
});

export function useOverview() {
  return useQuery(overviewQuery);
}
