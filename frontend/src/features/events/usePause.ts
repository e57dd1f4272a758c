import { useMemo, useState } from "react";
import { serverNow } from "../../format/clock";

/** A paused stream: nothing newer than `at` (Unix seconds) is shown. */
export interface Pause {
  at: number | null;
  filters: readonly string[];
  toggle: () => void;
}

const NONE: readonly string[] = [];

/** Pausing is a filter on time, so paused rows can still be scrolled, sorted and searched. */
export function usePause(column: string): Pause {
  const [at, setAt] = useState<number | null>(null);
  const filters = useMemo(
    () => (at === null ? NONE : [`${column}<=${at.toFixed(3)}`]),
    [at, column],
  );
  return { at, filters, toggle: () => setAt(at === null ? serverNow() : null) };
}
