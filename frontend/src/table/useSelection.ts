import { useCallback, useRef, useState } from "react";
import type { Row } from "../api/generated/types.gen";
import type { HeldRow } from "./useHeldRows";

export type Selected = ReadonlyMap<string, Row>;

export interface Selection {
  /** Ticked rows by key, as they were when they were ticked. */
  selected: Selected;
  /** Tick or untick one row; with `range` everything since the last one, as in a list of files. */
  toggle: (row: Row, range?: boolean) => void;
  /** Tick all of `rows`, or none of them when they all are; what is not shown stays as it is. */
  toggleAll: (rows: readonly HeldRow[]) => void;
  clear: () => void;
  /** Untick what was dealt with. */
  drop: (keys: readonly string[]) => void;
}

const NONE: Selected = new Map();

/** The ticked rows of a table; they stay ticked while filters and windows change. */
export function useSelection(rows: readonly HeldRow[]): Selection {
  const [selected, setSelected] = useState(NONE);
  const last = useRef<string>(undefined);
  const shown = useRef(rows);
  shown.current = rows;
  const clear = useCallback(() => setSelected(NONE), []);
  const toggle = useCallback((row: Row, range = false) => {
    const picked = range ? between(shown.current, last.current, row.key) : [row];
    last.current = row.key;
    setSelected((before) => {
      const next = new Map(before);
      const ticked = !before.has(row.key);
      for (const one of picked) {
        if (ticked) next.set(one.key, one);
        else next.delete(one.key);
      }
      return next;
    });
  }, []);
  const toggleAll = useCallback((all: readonly HeldRow[]) => {
    setSelected((before) => {
      const every = all.every(({ row }) => before.has(row.key));
      const next = new Map(before);
      for (const { row } of all) {
        if (every) next.delete(row.key);
        else next.set(row.key, row);
      }
      return next;
    });
  }, []);
  const drop = useCallback((keys: readonly string[]) => {
    const gone = new Set(keys);
    setSelected((before) => new Map([...before].filter(([key]) => !gone.has(key))));
  }, []);
  return { selected, toggle, toggleAll, clear, drop };
}

/** The rows from one key to another, both included and in either order. */
export function between(rows: readonly HeldRow[], from: string | undefined, to: string): Row[] {
  const ends = [from, to].map((key) => rows.findIndex(({ row }) => row.key === key));
  const [first = -1, second = -1] = ends;
  if (second === -1) return [];
  const start = first === -1 ? second : Math.min(first, second);
  return rows.slice(start, Math.max(first, second) + 1).map(({ row }) => row);
}
