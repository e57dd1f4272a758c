import { useQuery } from "@tanstack/react-query";
import { listRowsOptions } from "../api/generated/@tanstack/react-query.gen";

/** How many rows a table has without the viewer's filters and scope; told now and then. */
function wholeQuery(collection: string, fixed: readonly string[]) {
  return {
    ...listRowsOptions({ path: { name: collection }, query: { filter: [...fixed], limit: 1 } }),
    retry: false,
    staleTime: 10_000,
    refetchInterval: 30_000,
  };
}

/** The number of rows behind the filters; undefined until known, or where nothing narrows. */
export function useWhole(
  collection: string,
  fixed: readonly string[],
  narrowed: boolean,
): number | undefined {
  return useQuery({ ...wholeQuery(collection, fixed), enabled: narrowed }).data?.total;
}
