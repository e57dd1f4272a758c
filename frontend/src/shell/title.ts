import { useEffect, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let title = "";

function setTitle(next: string): void {
  if (next === title) return;
  title = next;
  for (const listener of listeners) listener();
}

/** What the page is called while it is open: in the browser's tab, history and recent places. */
export function useTitle(next: string | undefined): void {
  useEffect(() => {
    if (next !== undefined) setTitle(next);
  }, [next]);
}

/** The title of the page that is open. */
export function useCurrentTitle(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => title,
  );
}
