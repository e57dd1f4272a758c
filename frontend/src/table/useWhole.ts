import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "../api/http";
import type { ListAnswer } from "../api/types";

/** How many rows a table has without the viewer's filters and scope; told now and then. */
function wholeQuery(collection: string, fixed: readonly string[]) {
  return queryOptions({
    queryKey: ["whole", collection, fixed],
    queryFn: ({ signal }) => {
      const params = new URLSearchParams(fixed.map((filter) => ["filter", filter]));
      params.set("limit", "1");
      return request<ListAnswer>(`collections/${collection}?${params}`, { signal });
    },
    retry: false,
    staleTime: 10_000,
    refetchInterval: 30_000,
  });
}

/** The number of rows behind the filters; undefined until known, or where nothing narrows. */
export function useWhole(
  collection: string,
  fixed: readonly string[],
  narrowed: boolean,
): number | undefined {
  return useQuery({ ...wholeQuery(collection, fixed), enabled: narrowed }).data?.total;
}
