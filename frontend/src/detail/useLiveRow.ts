import { useMemo, useRef } from "react";
import type { Freshness, Row } from "../api/generated/types.gen";
import { serverNow } from "../format/clock";
import { EMPTY_QUERY, type Query } from "../live/query";
import { useLiveView } from "../live/react";
import { follow, type Presence, UNSEEN } from "./presence";

export interface LiveRow extends Presence {
  freshness: readonly Freshness[];
  /** The first answer has not come yet, or a new one is awaited. */
  pending: boolean;
  /** The row of the newest answer: undefined when the collection does not have it. */
  current: Row | undefined;
}

const ONE = { offset: 0, limit: 1 };

/** Equality of columns as a filter of the query language. */
export function equals(columns: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(columns)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([column, value]) => `${column}=${JSON.stringify(value)}`);
}

/**
 * Follow the one row that the filters single out; its last state stays when it is deleted.
 * Without a collection there is nothing to follow.
 */
export function useLiveRow(collection: string | null, filters: readonly string[]): LiveRow {
  const signature = JSON.stringify(filters);
  const query = useMemo<Query>(
    () => ({ ...EMPTY_QUERY, filter: JSON.parse(signature) as string[] }),
    [signature],
  );
  const { view } = useLiveView(collection, query, ONE);
  const identity = `${collection}\n${signature}`;
  const known = useRef({ identity, presence: UNSEEN });
  if (known.current.identity !== identity) known.current = { identity, presence: UNSEEN };
  known.current.presence = follow(known.current.presence, view, serverNow());
  return {
    ...known.current.presence,
    freshness: view.freshness,
    pending: view.pending,
    current: view.rows[0],
  };
}
