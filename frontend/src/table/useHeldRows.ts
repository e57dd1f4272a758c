import { useState } from "react";
import type { Row } from "../api/generated/types.gen";
import type { Query } from "../live/query";
import type { ViewState } from "../live/subscription";

export interface HeldRow {
  row: Row;
  /** Deleted on the server; shown faded until the hold ends. */
  gone: boolean;
}

export interface HeldRows {
  rows: readonly HeldRow[];
  offset: number;
  total: number;
  /** Rows that came, went or moved since the order was held. */
  waiting: number;
}

interface Frozen {
  rows: readonly Row[];
  offset: number;
  total: number;
  query: Query | null;
}

/**
 * Hold the order of the rows still while the pointer is over the table. Values keep
 * changing in place; only coming, going and moving wait. Another window or query is the
 * viewer's own doing and shows at once: what counts is the query the rows answer, as the one
 * just asked still has the old rows on screen.
 */
export function useHeldRows(view: ViewState, holding: boolean): HeldRows {
  const [frozen, setFrozen] = useState<Frozen | null>(null);
  const stillApplies = frozen?.query === view.query && frozen?.offset === view.offset;
  if (!holding && frozen) setFrozen(null);
  if (holding && !stillApplies && !view.pending)
    setFrozen({ rows: view.rows, offset: view.offset, total: view.total, query: view.query });
  return holding && frozen && stillApplies ? applyHold(view, frozen) : passThrough(view);
}

function passThrough(view: ViewState): HeldRows {
  const rows = view.rows.map((row) => ({ row, gone: false }));
  return { rows, offset: view.offset, total: view.total, waiting: 0 };
}

/** The frozen order with today's values. */
export function applyHold(view: ViewState, frozen: Pick<Frozen, "rows" | "total">): HeldRows {
  const now = new Map(view.rows.map((row) => [row.key, row]));
  const rows = frozen.rows.map((old) => {
    const row = now.get(old.key);
    return row ? { row, gone: false } : { row: old, gone: true };
  });
  const waiting = view.rows.filter((row, index) => frozen.rows[index]?.key !== row.key).length;
  const shrunk = Math.max(0, frozen.rows.length - view.rows.length);
  return {
    rows,
    offset: view.offset,
    total: frozen.total,
    waiting: Math.max(waiting, shrunk),
  };
}
