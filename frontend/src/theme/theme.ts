import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

const KEY = "craton.theme";
const listeners = new Set<() => void>();
const systemDark = () => window.matchMedia("(prefers-color-scheme: dark)");

function read(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

function apply(): void {
  const theme = read();
  const dark = theme === "dark" || (theme === "system" && systemDark().matches);
  document.documentElement.classList.toggle("pf-v6-theme-dark", dark);
}

/** Follow the system while the viewer has not chosen. `public/theme.js` did the first paint. */
export function startTheme(): void {
  apply();
  systemDark().addEventListener("change", apply);
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
  return [theme, setTheme];
}

function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  apply();
  for (const listener of listeners) listener();
}
