import type { Row } from "../api/generated/types.gen";
import type { ViewState } from "../live/subscription";

/** What is known of one row that a page follows. */
export interface Presence {
  /** The row, or its last state once it is gone. */
  row: Row | undefined;
  /** Unix seconds at which it was seen to be gone; null while it exists or was never seen. */
  deletedAt: number | null;
}

export const UNSEEN: Presence = { row: undefined, deletedAt: null };

/**
 * What a page knows after another state of its one-row view. A row counts as deleted only
 * when it was there before and a source that is live says that it is not; a stale source,
 * a pending snapshot or a refused query prove nothing.
 */
export function follow(before: Presence, view: ViewState, now: number): Presence {
  const row = view.rows[0];
  if (row)
    return row === before.row && before.deletedAt === null ? before : { row, deletedAt: null };
  if (!before.row || before.deletedAt !== null) return before;
  const proven =
    view.status === "live" &&
    !view.pending &&
    view.freshness.every(({ state }) => state === "live" || state === "polling");
  return proven ? { row: before.row, deletedAt: now } : before;
}
