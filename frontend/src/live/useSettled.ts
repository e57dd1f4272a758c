import { useSyncExternalStore } from "react";

/** What is beside the page's content is asked for at the latest after so long. */
const AT_MOST_MS = 1_500;

let settled = false;
let begun = false;
const listeners = new Set<() => void>();

/**
 * Whether the tab's first page has what it was opened for. Until then questions about what stands
 * beside it (counts of other tables, jobs) wait: on a slow line they would be answered first.
 */
export function useSettled(): boolean {
  return useSyncExternalStore(listen, () => settled);
}

/** The page's content is there: everything else may be asked for. */
export function settle(): void {
  if (settled) return;
  settled = true;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  if (!begun) {
    begun = true;
    setTimeout(settle, AT_MOST_MS);
  }
  return () => listeners.delete(listener);
}
