import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useSession } from "../session/session";

/** A page somebody looked at. */
export interface Recent {
  href: string;
  title: string;
}

const MOST = 8;
/** Who only passes through a page was not there. */
const STAY_MS = 1_000;

const keyOf = (who: string) => `craton.recent.${who}`;

/** The places a person was at lately in this browser, the newest first. */
export function recentPlaces(who: string): Recent[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(who)) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isRecent) : [];
  } catch {
    return [];
  }
}

function isRecent(value: unknown): value is Recent {
  const { href, title } = (value ?? {}) as Record<string, unknown>;
  return typeof href === "string" && href.startsWith("/") && typeof title === "string";
}

/** The list with one more place in front; each address stands in it once. */
export function withPlace(places: readonly Recent[], place: Recent): Recent[] {
  return [place, ...places.filter(({ href }) => href !== place.href)].slice(0, MOST);
}

/** Remember where the viewer is once they have stayed a moment. */
export function useRecentPlaces(title: string): void {
  const who = useSession()?.id;
  const href = useHere();
  useEffect(() => {
    if (who === undefined || title === "") return;
    const timer = setTimeout(() => {
      const places = withPlace(recentPlaces(who), { href, title });
      localStorage.setItem(keyOf(who), JSON.stringify(places));
    }, STAY_MS);
    return () => clearTimeout(timer);
  }, [who, title, href]);
}

/** The address of the open page, as it would be remembered. */
export function useHere(): string {
  return useRouterState({ select: ({ location }) => placeOf(location) });
}

/** An address without what is only a moment of it: the open panel and the tab. */
function placeOf({ pathname, searchStr }: { pathname: string; searchStr: string }): string {
  const search = new URLSearchParams(searchStr);
  for (const name of ["row", "tab"]) search.delete(name);
  const text = search.toString();
  return text ? `${pathname}?${text}` : pathname;
}
