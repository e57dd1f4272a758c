import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

/** Where a reader was in a table: how far down, and on which row. */
export interface Place {
  top: number;
  active: number | null;
}

/** Entries of the browser's history that are remembered; the oldest go first. */
const MOST = 200;
const places = new Map<string, Place>();

function remember(key: string, place: Place): void {
  places.delete(key);
  places.set(key, place);
  for (const oldest of places.keys()) {
    if (places.size <= MOST) return;
    places.delete(oldest);
  }
}

/**
 * The reader's place in the table `name`, kept per entry of the browser's history: who comes
 * back finds the table as it was left. `found` is the place of the entry the page was opened
 * with; what is written to `now` is kept when the entry or the page is left.
 */
export function usePlace(name: string): { found: Place | undefined; now: { current: Place } } {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? "" });
  const own = useRef(path);
  const key = useRef("");
  const now = useRef<Place>({ top: 0, active: null });
  // While another page is on its way this one still stands: the address is no longer its own.
  const here = path === own.current;
  const current = `${entry} ${name}`;
  if (here && key.current === "") key.current = current;
  useEffect(() => {
    if (!here) return;
    key.current = current;
    return () => remember(current, { ...now.current });
  }, [here, current]);
  const [found] = useState(() => places.get(key.current));
  return { found, now };
}
