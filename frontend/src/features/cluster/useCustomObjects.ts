import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { listCustomObjects } from "../../api/generated/sdk.gen";
import { PAGE, readAgainAfter, readsOn } from "./customPages";

/**
 * The objects of a custom kind, page by page and again every ten seconds: nothing watches them.
 * Many pages are read once (`still`): every one is a request of its own to the API server.
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
    refetchInterval: ({ state }) => readAgainAfter(state.data?.pages.length ?? 0),
    retry: false,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const loaded = items.length;
  const ready = hasNextPage && !isFetching && !isError;
  useEffect(() => {
    // By how many there are: an answer may be there before anything was drawn in between.
    if (ready && readsOn(all, loaded)) void fetchNextPage();
  }, [ready, all, loaded, fetchNextPage]);
  const still = readAgainAfter(query.data?.pages.length ?? 0) === false;
  return { query, items, still, kind: query.data?.pages[0] };
}
