import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { listOwnAccessRequestsOptions } from "../api/generated/@tanstack/react-query.gen";
import type { AccessRequestView } from "../api/generated/types.gen";
import { collectionsQuery } from "../api/useCollections";
import { useLiveClient } from "../live/react";
import { sessionQuery } from "../session/session";

/** While it waits; not in a tab that is hidden, which asks once it is shown again. */
const EVERY_MS = 30_000;

export const isPending = ({ state }: AccessRequestView) => state === "Pending";

/**
 * What the viewer asked for, newest first. While an answer is awaited it is asked for again; once
 * something is granted, everything on the page is, for it may show more now.
 */
export function useOwnRequests() {
  const queries = useQueryClient();
  const client = useLiveClient();
  const waiting = useRef<ReadonlySet<string>>(new Set());
  const found = useQuery({
    ...listOwnAccessRequestsOptions(),
    refetchInterval: ({ state }) => (state.data?.some(isPending) ? EVERY_MS : false),
    refetchOnWindowFocus: ({ state }) => state.data?.some(isPending) ?? false,
  });
  const { data } = found;
  useEffect(() => {
    if (!data) return;
    const granted = data.some(({ id, state }) => state === "Granted" && waiting.current.has(id));
    waiting.current = new Set(data.filter(isPending).map(({ id }) => id));
    if (!granted) return;
    client.retryNow();
    void queries.invalidateQueries();
  }, [data, client, queries]);
  useEffect(
    () => () => {
      // Often it is the rows themselves, come by what was granted, that take the question's place.
      if (waiting.current.size === 0) return;
      for (const { queryKey } of [sessionQuery, collectionsQuery])
        void queries.invalidateQueries({ queryKey });
    },
    [queries],
  );
  return found;
}
