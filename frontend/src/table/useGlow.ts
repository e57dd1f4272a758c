import { useEffect, useRef, useState } from "react";
import type { ColumnInfo, Row } from "../api/types";

const GLOW_MS = 1_000;
const NONE: ReadonlySet<string> = new Set();

/** Columns of this row whose value changed within the last second. */
export function useGlow(row: Row, columns: readonly ColumnInfo[]): ReadonlySet<string> {
  const previous = useRef(row);
  const [glowing, setGlowing] = useState(NONE);
  useEffect(() => {
    const before = previous.current;
    previous.current = row;
    if (before === row || before.key !== row.key) return;
    const changed = columns.filter(({ id }) => !sameValue(before[id], row[id]));
    if (changed.length > 0) setGlowing(new Set(changed.map(({ id }) => id)));
  }, [row, columns]);
  useEffect(() => {
    if (glowing === NONE) return;
    const timer = setTimeout(() => setGlowing(NONE), GLOW_MS);
    return () => clearTimeout(timer);
  }, [glowing]);
  return glowing;
}

/** Equality of two JSON values as the server sends them. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
