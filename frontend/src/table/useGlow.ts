import { useEffect, useRef, useState } from "react";
import type { ColumnInfo, Type as ColumnType, Row } from "../api/generated/types.gen";

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
    const changed = columns.filter(({ id, type }) => isNews(type, before[id], row[id]));
    if (changed.length > 0) setGlowing(new Set(changed.map(({ id }) => id)));
  }, [row, columns]);
  useEffect(() => {
    if (glowing === NONE) return;
    const timer = setTimeout(() => setGlowing(NONE), GLOW_MS);
    return () => clearTimeout(timer);
  }, [glowing]);
  return glowing;
}

/** Measurements: they differ at every look, and that they do is no news. */
const MEASURED: ReadonlySet<ColumnType> = new Set(["percent", "quantity", "bytes", "time"]);

/**
 * Whether a change is worth a glow: words and counts are, a measurement that wavers is not. A
 * latency or a share is a number with a fraction, so one glows only when it comes or goes.
 */
export function isNews(type: ColumnType, before: unknown, now: unknown): boolean {
  if (sameValue(before, now)) return false;
  if (typeof before !== "number" || typeof now !== "number") return true;
  if (MEASURED.has(type)) return false;
  return Number.isInteger(before) && Number.isInteger(now);
}

/** Equality of two JSON values as the server sends them. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
