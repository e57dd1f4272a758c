import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError, type Problem, toProblem } from "../api/problem";

/** A detail read on demand, kept current while its page is open. */
export interface Detail<T> {
  data: T | undefined;
  loading: boolean;
  /** Why the newest read failed; `data` is then the last that worked. */
  problem: Problem | null;
  /** Unix seconds of the read that `data` is from. */
  readAt: number;
  /** Unix seconds at which a read found nothing where there was something before. */
  goneAt: number | null;
  /** There was news since, which is being read: `data` may be what is no more so. */
  behind: boolean;
  retry: () => void;
}

/** Changes come in bursts; one read per this time shows them soon enough. */
const SETTLE_MS = 700;

export interface DetailOptions {
  /** Read again when this changes: the live row, whose fields tell that there is news. */
  news?: unknown;
  /** Milliseconds between two reads for news, however much there is of it. */
  settle?: number;
  /** Read again after this many milliseconds, where nothing tells of changes. */
  every?: number;
  enabled?: boolean;
}

/** What `read` asks for (generated options), when shown, on news, at most once per settle time. */
export function useDetail<T, E, K extends readonly unknown[]>(
  read: UseQueryOptions<T, E, T, K>,
  options: DetailOptions = {},
): Detail<T> {
  const { news, settle, every, enabled = true } = options;
  const query = useQuery({
    ...read,
    enabled,
    retry: false,
    refetchInterval: every ? ({ state }) => (isMissing(state.error) ? false : every) : false,
  });
  const [askedAt, setAskedAt] = useState(0);
  const readNews = () => {
    setAskedAt(Date.now());
    void query.refetch();
  };
  const waiting = useRefetchOnNews(news, query.isFetching || !enabled, readNews, settle);
  const problem = query.error ? toProblem(query.error) : null;
  const gone = isMissing(query.error) && query.data !== undefined;
  return {
    data: query.data,
    loading: query.isPending && enabled,
    problem,
    readAt: query.dataUpdatedAt / 1000,
    goneAt: gone ? query.errorUpdatedAt / 1000 : null,
    behind: waiting || askedAt > query.dataUpdatedAt,
    retry: () => void query.refetch(),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/**
 * Read again when `news` changes: at once after a quiet time, else when the settle time is
 * over; news that comes during a read is read after it, so that none is ever missed. True while
 * there is news that waits to be read.
 */
export function useRefetchOnNews(
  news: unknown,
  fetching: boolean,
  refetch: () => void,
  settle: number = SETTLE_MS,
): boolean {
  const latest = useRef(refetch);
  latest.current = refetch;
  const seen = useRef(news);
  const [waiting, setWaiting] = useState(false);
  const readyAt = useRef(0);
  useEffect(() => {
    if (seen.current === news) return;
    // The first row says what the first read said.
    if (seen.current !== undefined) setWaiting(true);
    seen.current = news;
  }, [news]);
  useEffect(() => {
    if (!waiting || fetching) return;
    const timer = setTimeout(
      () => {
        readyAt.current = Date.now() + settle;
        setWaiting(false);
        latest.current();
      },
      Math.max(0, readyAt.current - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [waiting, fetching, settle]);
  return waiting;
}
