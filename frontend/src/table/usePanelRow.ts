import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { readRow } from "../api/generated/sdk.gen";
import type { Row } from "../api/generated/types.gen";
import { ApiError } from "../api/problem";

/** The row of a side panel, as far as it is known. */
export interface PanelRow {
  row: Row | undefined;
  deletedAt: number | null;
  missing: boolean;
}

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
    refetchInterval: (query) => (query.state.error ? false : 5_000),
  });
  if (asked.data && absent) last.current = asked.data.row;
  const notFound = asked.error instanceof ApiError && asked.error.status === 404;
  const row = live ?? last.current;
  const deletedAt = absent && notFound && row ? asked.errorUpdatedAt / 1000 : null;
  return { row, deletedAt, missing: notFound && !row };
}
