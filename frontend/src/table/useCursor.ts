import { useCallback, useMemo, useState } from "react";
import type { HeldRows } from "./useHeldRows";
import { useTableKeys } from "./useTableKeys";

export interface Cursor {
  /** Absolute index of the row the keys act on. */
  active: number | null;
  selected: ReadonlySet<string>;
  openKey: (key: string) => void;
  clear: () => void;
}

export interface CursorOptions {
  held: HeldRows;
  openKey: string | undefined;
  onOpen: (key: string | undefined) => void;
  onHelp: () => void;
  enabled: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/** The row the keyboard is on and the rows ticked with `x`. */
export function useCursor({ held, openKey, onOpen, onHelp, enabled }: CursorOptions): Cursor {
  const [active, setActive] = useState<number | null>(null);
  const [selected, setSelected] = useState(NONE);
  const clear = useCallback(() => setSelected(NONE), []);
  const keyAt = (index: number | null) =>
    index === null ? undefined : held.rows[index - held.offset]?.row.key;

  const open = useCallback(
    (key: string) => onOpen(key === openKey ? undefined : key),
    [onOpen, openKey],
  );
  const actions = {
    move: (by: number) => {
      const next = active === null ? 0 : Math.min(held.total - 1, Math.max(0, active + by));
      setActive(next);
      const key = keyAt(next);
      if (openKey !== undefined && key !== undefined) onOpen(key);
    },
    open: () => {
      const key = keyAt(active);
      if (key !== undefined) open(key);
    },
    select: () => {
      const key = keyAt(active);
      if (key === undefined) return;
      const next = new Set(selected);
      if (!next.delete(key)) next.add(key);
      setSelected(next);
    },
    escape: () => {
      if (openKey !== undefined) onOpen(undefined);
      else clear();
    },
    help: onHelp,
  };
  useTableKeys(actions, enabled);
  return useMemo(
    () => ({ active, selected, openKey: open, clear }),
    [active, selected, open, clear],
  );
}
