import { useEffect } from "react";
import { BASE } from "../api/base";

/** How the estate is, as a tab among thirty others can show it. */
export type Mood = "well" | "warn" | "bad" | "offline";

/** Shape as well as colour, as the lamps have it: a square, a diamond, a hollow ring. */
const BADGES: Record<Exclude<Mood, "well">, string> = {
  warn: '<path d="M19 19h12v12H19z" fill="#f0ab00" stroke="#fff" stroke-width="2"/>',
  bad: '<path d="m24 15 8 8.5-8 8.5-8-8.5z" fill="#c9190b" stroke="#fff" stroke-width="2"/>',
  offline: '<circle cx="24.5" cy="24.5" r="5.5" fill="#fff" stroke="#6a6e73" stroke-width="3"/>',
};

const MARK =
  '<path d="M16 2.5 28 9.4v13.2L16 29.5 4 22.6V9.4Z" fill="#0b2239"/>' +
  '<path d="M16 6.6 24.4 11.4 16 16.2 7.6 11.4Z" fill="#7cc4ff"/>' +
  '<path d="M7.6 14.6 14.7 18.7v6.3L7.6 20.9Z" fill="#3f8fd6"/>' +
  '<path d="M24.4 14.6 17.3 18.7v6.3l7.1-4.1Z" fill="#d9eeff"/>';

/** The address of the icon for a mood: the file itself, or the mark with a badge over it. */
export function faviconOf(mood: Mood): string {
  if (mood === "well") return `${BASE}favicon.svg`;
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${MARK}${BADGES[mood]}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(drawing)}`;
}

/** Keeps the tab's icon at the mood. */
export function useFavicon(mood: Mood): void {
  useEffect(() => {
    document.querySelector('link[rel="icon"]')?.setAttribute("href", faviconOf(mood));
  }, [mood]);
}
