import { useSyncExternalStore } from "react";

export type Density = "compact" | "comfortable";

const KEY = "craton.density";
const listeners = new Set<() => void>();

function read(): Density {
  return localStorage.getItem(KEY) === "comfortable" ? "comfortable" : "compact";
}

/** Row density is a matter of the reader's eyes, not of the page: kept per browser. */
export function useDensity(): [Density, (density: Density) => void] {
  const density = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
  return [density, setDensity];
}

function setDensity(density: Density): void {
  localStorage.setItem(KEY, density);
  for (const listener of listeners) listener();
}

export const ROW_HEIGHT: Record<Density, number> = { compact: 32, comfortable: 42 };
export const NARROW_ROW_HEIGHT = 60;
/** With sentences of three and of four lines. */
export const TALL_ROW_HEIGHT: Record<number, number> = { 3: 46, 4: 60 };
