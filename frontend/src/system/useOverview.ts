import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "../api/http";
import type { Overview } from "../api/types";

/** The part of Kubernetes that is asked about; absent means all the viewer may see. */
interface Within {
  cluster?: string | undefined;
  namespace?: string | undefined;
}

/** The overview joins all systems on the server; asked often enough to feel live. */
export function overviewQuery(within: Within = {}) {
  const asked = Object.entries(within).filter(([, value]) => value);
  const search = new URLSearchParams(asked as [string, string][]).toString();
  return queryOptions({
    queryKey: ["overview", search],
    queryFn: ({ signal }) =>
      request<Overview>(search ? `overview?${search}` : "overview", { signal }),
    refetchInterval: 2_000,
    staleTime: 1_000,
  });
}

export function useOverview(within?: Within) {
  return useQuery(overviewQuery(within));
}
