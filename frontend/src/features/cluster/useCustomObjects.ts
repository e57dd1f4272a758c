import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { listCustomObjects } from "../../api/generated/sdk.gen";

const EVERY_MS = 10_000;
const PAGE = 500;
/** A table is put in order among this many objects at most. */
const MOST = 10_000;

/**
 * The objects of a custom kind, page by page and again every ten seconds: nothing watches them.
 * `all`: every page is needed, since no order and no filter is known to the API server.
 */
export function useCustomObjects(cluster: string, definition: string, all: boolean) {
  const query = useInfiniteQuery({
    queryKey: ["custom", cluster, definition],
    queryFn: async ({ pageParam, signal }) =>
      (
        await listCustomObjects({
          path: { cluster, definition },
          query: { cursor: pageParam, limit: PAGE },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: EVERY_MS,
    retry: false,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const more = all && hasNextPage && !isFetching && !isError && items.length < MOST;
  useEffect(() => {
    if (more) void fetchNextPage();
  }, [more, fetchNextPage]);
  return { query, items, kind: query.data?.pages[0] };
}
