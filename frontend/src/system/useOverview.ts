import { useQuery } from "@tanstack/react-query";
import { readOverviewOptions } from "../api/generated/@tanstack/react-query.gen";

/** The part of Kubernetes, and the team, that is asked about; absent means all the viewer may see. */
interface Within {
  cluster?: string | undefined;
  namespace?: string | undefined;
  team?: string | undefined;
}

/** The overview joins all systems on the server; asked often enough to feel live. */
export function overviewQuery(within: Within = {}) {
  const { cluster = "", namespace = "", team = "" } = within;
  return {
    ...readOverviewOptions({
      query: {
        ...(cluster && { cluster }),
        ...(namespace && { namespace }),
        ...(team && { team }),
      },
    }),
    refetchInterval: 2_000,
    staleTime: 1_000,
  };
}

export function useOverview(within?: Within) {
  return useQuery(overviewQuery(within));
}
