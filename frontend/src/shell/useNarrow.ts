import { useSyncExternalStore } from "react";

/** How the navigation stands: all of it, its icons, or behind a button. */
export type Layout = "full" | "rail" | "drawer";

const NARROW = "(max-width: 767.98px)";
const MEDIUM = "(max-width: 1199.98px)";

function subscriber(queries: readonly string[]) {
  return (listener: () => void): (() => void) => {
    const media = queries.map((query) => window.matchMedia(query));
    for (const list of media) list.addEventListener("change", listener);
    return () => {
      for (const list of media) list.removeEventListener("change", listener);
    };
  };
}

const onNarrow = subscriber([NARROW]);
const onLayout = subscriber([NARROW, MEDIUM]);
const matches = (query: string) => window.matchMedia(query).matches;

/** Whether the window is too narrow for columns. */
export function useNarrow(): boolean {
  return useSyncExternalStore(onNarrow, () => matches(NARROW));
}

/** The navigation's layout; the same limits stand in `styles/navigation.css`. */
export function useLayout(): Layout {
  return useSyncExternalStore(onLayout, () => {
    if (matches(NARROW)) return "drawer";
    return matches(MEDIUM) ? "rail" : "full";
  });
}
