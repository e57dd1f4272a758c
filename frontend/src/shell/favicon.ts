import { useEffect } from "react";

/** How the estate is, as a tab among thirty others can show it. */
export type Mood = "well" | "warn" | "bad" | "offline";

/** Shape as well as colour, as the lamps have it: a square, a diamond, a hollow ring. */
const BADGES: Record<Exclude<Mood, "well">, string> = {
  warn: '<path d="M19 19h12v12H19z" fill="#f0ab00" stroke="#fff" stroke-width="2"/>',
  bad: '<path d="m24 15 8 8.5-8 8.5-8-8.5z" fill="#c9190b" stroke="#fff" stroke-width="2"/>',
  offline: '<circle cx="24.5" cy="24.5" r="5.5" fill="#fff" stroke="#6a6e73" stroke-width="3"/>',
};

const END = "%3C/svg%3E";

/** The address of the icon for a mood: the one that the page came with, with a badge over it. */
export function faviconOf(plain: string, mood: Mood): string {
  if (mood === "well") return plain;
  return plain.replace(END, () => `${encodeURIComponent(BADGES[mood])}${END}`);
}

let plain: string | undefined;

/** Keeps the tab's icon at the mood. */
export function useFavicon(mood: Mood): void {
  useEffect(() => {
    const icon = document.querySelector('link[rel="icon"]');
    plain ??= icon?.getAttribute("href") ?? "";
    icon?.setAttribute("href", faviconOf(plain, mood));
  }, [mood]);
}
