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

/** Absolute index of the row the keys act on. */
export function useCursor(options: CursorOptions): number | null {
  const { held, openKey, onOpen, onPage, onSelect, onClear, enabled } = options;
  const [active, setActive] = useState(options.start);
  const rowAt = (index: number | null) =>
    index === null ? undefined : held.rows[index - held.offset]?.row;
  const actions = {
    move: (by: number) => {
      const opened = held.rows.findIndex(({ row }) => row.key === openKey);
      const from = active ?? (opened === -1 ? null : opened + held.offset);
      const next = from === null ? 0 : Math.min(held.total - 1, Math.max(0, from + by));
      setActive(next);
      const row = rowAt(next);
      if (openKey !== undefined && row) onOpen(row.key);
    },
    open: () => {
      const row = rowAt(active) ?? held.rows.find((entry) => entry.row.key === openKey)?.row;
      if (!row) return;
      if (row.key === openKey) onPage(row);
      else onOpen(row.key);
    },
    select: (range: boolean) => {
      const row = rowAt(active);
      if (row) onSelect(row, range);
    },
    escape: () => {
      if (openKey !== undefined) onOpen(undefined);
      else onClear();
    },
  };
  useTableKeys(actions, enabled);
  return active;
}
