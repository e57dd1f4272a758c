import { useEffect, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
/** What the open page calls itself, before what its manifest calls it. */
let own: string | undefined;
let page: string | undefined;

function tell(): void {
  for (const listener of listeners) listener();
}

/** What the page is called while it is open: in the browser's tab, history and recent places. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    own = title;
    tell();
    return () => {
      if (own !== title) return;
      own = undefined;
      tell();
    };
  }, [title]);
}

/** The title of the page that is open; `manifest` is what it is called by itself. */
export function useCurrentTitle(manifest: string | undefined): string {
  useEffect(() => {
    page = manifest;
    tell();
  }, [manifest]);
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => own ?? page ?? "",
  );
}
