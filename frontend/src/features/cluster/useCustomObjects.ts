import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { listCustomObjects } from "../../api/generated/sdk.gen";
import { useRefetchOnNews } from "../../detail/useDetail";
import { PAGE, readAgainAfter, readsOn, settlesIn } from "./customPages";
import { useFollowed } from "./useFollowed";

/**
 * The objects of a custom kind, page by page and again when one of them changed, or every ten
 * seconds where nothing tells of changes. Then many pages are read once (`still`): every one is a
 * request of its own to the API server.
 * `all`: every page is needed, since no order and no filter is known to the API server.
 */
export function useCustomObjects(cluster: string, definition: string, all: boolean) {
  const { live, revision } = useFollowed(cluster, definition);
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
    refetchInterval: ({ state }) => readAgainAfter(state.data?.pages.length ?? 0, live),
    retry: false,
  });
  const pages = query.data?.pages.length ?? 0;
  useRefetchOnNews(revision, query.isFetching, () => void query.refetch(), settlesIn(pages));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const loaded = items.length;
  const ready = hasNextPage && !isFetching && !isError;
  useEffect(() => {
    // By how many there are: an answer may be there before anything was drawn in between.
    if (ready && readsOn(all, loaded)) void fetchNextPage();
  }, [ready, all, loaded, fetchNextPage]);
  const still = !live && readAgainAfter(pages, live) === false;
  return { query, items, still, kind: query.data?.pages[0] };
}
