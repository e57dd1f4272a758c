import { useEffect } from "react";
import type { Window } from "../live/query";

/** Rows asked from the server at once: three screens of a tall monitor. */
export const WINDOW_ROWS = 150;
const MARGIN = 40;
const SETTLE_MS = 50;

/** The window to ask for so that rows `first`–`last` are inside it, or null to keep it. */
export function windowFor(
  current: Window,
  first: number,
  last: number,
  total: number,
): Window | null {
  const lowest = current.offset === 0 ? 0 : current.offset + MARGIN;
  const end = current.offset + current.limit;
  const highest = end >= total ? total : end - MARGIN;
  if (first >= lowest && last <= highest) return null;
  const middle = Math.floor((first + last) / 2);
  const offset = Math.max(0, Math.floor((middle - current.limit / 2) / 10) * 10);
  if (offset === current.offset) return null;
  return { offset, limit: current.limit };
}

/** Follow the scroll position with the subscription's window once the scroll settles. */
export function useFollowWindow(
  range: { first: number; last: number },
  offset: number,
  total: number,
  move: (window: Window) => void,
): void {
  const { first, last } = range;
  useEffect(() => {
    const next = windowFor({ offset, limit: WINDOW_ROWS }, first, last, total);
    if (!next) return;
    const timer = setTimeout(() => move(next), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [first, last, offset, total, move]);
}
