import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { listCustomObjects } from "../../api/generated/sdk.gen";
import { useLiveRow } from "../../detail/useLiveRow";
import { rowFilters } from "../../kube/objectRow";
import { followsOnAfter } from "./customPages";

export interface Followed {
  /** Something tells of changes. */
  live: boolean;
  /** Another value after every change of an object of the kind. */
  revision: unknown;
}

/**
 * Changes of the objects of a custom kind, for as long as the page shows them: the row of the
 * definition tells of them. Asking for one object keeps the console at it, for those who may see
 * that row. Null: no such kind.
 */
export function useFollowed(cluster: string, definition: string | null, namespace = ""): Followed {
  const filters = useMemo(
    () =>
      rowFilters({
        cluster,
        kind: "customresourcedefinitions",
        namespace: "-",
        name: definition ?? "",
      }),
    [cluster, definition],
  );
  const { current } = useLiveRow(definition === null ? null : "customresourcedefinitions", filters);
  useQuery({
    queryKey: ["custom-followed", cluster, definition, namespace],
    queryFn: async ({ signal }) => {
      const path = { cluster, definition: definition ?? "" };
      await listCustomObjects({ path, query: { namespace, limit: 1 }, signal });
      return true;
    },
    enabled: current !== undefined,
    refetchInterval: ({ state }) => followsOnAfter(state.error),
    retry: false,
  });
  return { live: current?.live === true, revision: current?.revision };
}
