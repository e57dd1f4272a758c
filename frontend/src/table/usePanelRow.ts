import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { readRow } from "../api/generated/sdk.gen";
import type { Row } from "../api/generated/types.gen";
import { ApiError, type Problem, toProblem } from "../api/problem";

/** The row of a side panel, as far as it is known. */
export interface PanelRow {
  row: Row | undefined;
  deletedAt: number | null;
  missing: boolean;
  /** Why nothing is known of it yet, other than that it does not exist. */
  problem: Problem | null;
  retry: () => void;
}

const isMissing = (error: unknown) => error instanceof ApiError && error.status === 404;

/** The row from the live window, else asked for by key; its last state once it is gone. */
export function usePanelRow(collection: string, key: string, live: Row | undefined): PanelRow {
  const last = useRef<Row | undefined>(undefined);
  if (last.current?.key !== key) last.current = undefined;
  if (live) last.current = live;
  const absent = live === undefined;
  const [wasLive, setWasLive] = useState(!absent);
  useEffect(() => {
    if (!absent) setWasLive(true);
  }, [absent]);
  const asked = useQuery({
    queryKey: ["row", collection, key, wasLive && absent],
    queryFn: async ({ signal }) =>
      (await readRow({ path: { name: collection, key }, signal })).data,
    enabled: absent,
    retry: false,
    // What was not answered may be next time; what does not exist is not asked for again.
    refetchInterval: (query) => (isMissing(query.state.error) ? false : 5_000),
  });
  if (asked.data && absent) last.current = asked.data.row;
  const notFound = isMissing(asked.error);
  const row = live ?? last.current;
  const deletedAt = absent && notFound && row ? asked.errorUpdatedAt / 1000 : null;
  const problem = asked.error && !notFound && !row ? toProblem(asked.error) : null;
  const retry = () => void asked.refetch();
  return { row, deletedAt, missing: notFound && !row, problem, retry };
}
