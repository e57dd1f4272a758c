import { useState } from "react";
import type { Row } from "../api/generated/types.gen";
import type { HeldRows } from "./useHeldRows";
import { useTableKeys } from "./useTableKeys";

export interface CursorOptions {
  held: HeldRows;
  /** The row the reader was on when they left. */
  start: number | null;
  openKey: string | undefined;
  onOpen: (key: string | undefined) => void;
  /** Open the page of a row. */
  onPage: (row: Row) => void;
  onSelect: (row: Row, range: boolean) => void;
  onClear: () => void;
  enabled: boolean;
}

export interface Cursor {
  /** Absolute index of the row the keys act on. */
  active: number | null;
  /** Put it on a row that was clicked. */
  point: (key: string) => void;
}

/**
 * The row the keys act on: the one whose panel is open, wherever live rows have moved it, else
 * the one that was moved to or clicked last.
 */
export function useCursor(options: CursorOptions): Cursor {
  const { held, openKey, onOpen, onPage, onSelect, onClear, enabled } = options;
  const [active, setActive] = useState(options.start);
  const indexOf = (key: string | undefined) => {
    const at = held.rows.findIndex(({ row }) => row.key === key);
    return at === -1 ? null : at + held.offset;
  };
  const rowAt = (index: number | null) =>
    index === null ? undefined : held.rows[index - held.offset]?.row;
  const actions = {
    move: (by: number) => {
      const from = indexOf(openKey) ?? active;
      const next = from === null ? 0 : Math.min(held.total - 1, Math.max(0, from + by));
      setActive(next);
      const row = rowAt(next);
      if (openKey !== undefined && row) onOpen(row.key);
    },
    open: () => {
      // An open panel's row may lie outside the window: then no other row is meant either.
      const row = rowAt(openKey === undefined ? active : indexOf(openKey));
      if (!row) return;
      if (row.key === openKey) onPage(row);
      else onOpen(row.key);
    },
    select: (range: boolean) => {
      const row = rowAt(indexOf(openKey) ?? active);
      if (row) onSelect(row, range);
    },
    escape: () => {
      if (openKey !== undefined) onOpen(undefined);
      else onClear();
    },
  };
  useTableKeys(actions, enabled);
  return { active, point: (key) => setActive(indexOf(key)) };
}
