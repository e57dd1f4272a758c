import { type ComponentType, useEffect, useState } from "react";

/** A component whose code is fetched when it is first needed. */
export interface Part<P> {
  get: () => Promise<ComponentType<P>>;
  /** Get the code now: for a pointer that comes near, or a quiet moment. */
  fetch: () => void;
}

const parts: (() => void)[] = [];

/** Declares a part. A fetch that failed is tried again the next time the part is wanted. */
export function part<P>(load: () => Promise<ComponentType<P>>): Part<P> {
  let found: Promise<ComponentType<P>> | undefined;
  const get = () => {
    if (found) return found;
    found = load();
    found.catch(() => {
      found = undefined;
    });
    return found;
  };
  const fetch = () => void get().catch(() => undefined);
  parts.push(fetch);
  return { get, fetch };
}

/** The part's component once it was wanted and is there; null before. */
export function usePart<P>({ get }: Part<P>, wanted: boolean): ComponentType<P> | null {
  const [Component, setComponent] = useState<ComponentType<P> | null>(null);
  useEffect(() => {
    if (!wanted || Component) return;
    let here = true;
    get().then(
      (loaded) => here && setComponent(() => loaded),
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, [get, wanted, Component]);
  return Component;
}

/**
 * Fetch every declared part, `ms` after the page was loaded and when the browser has nothing to
 * do: what opens under a click must also open when the console cannot be reached any more.
 */
export function fetchPartsLater(ms = 5_000): void {
  const start = () => {
    const all = () => {
      for (const fetch of parts) fetch();
    };
    // Not in every browser.
    setTimeout(() => (window.requestIdleCallback ?? setTimeout)(all), ms);
  };
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
}
