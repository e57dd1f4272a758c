import type { Tone } from "../../status/tone";

/** One line of the palette. */
export interface PaletteItem {
  /** Unique in the list. */
  id: string;
  /** The heading it stands under, in the viewer's language. */
  section: string;
  label: string;
  /** The label is a word of ours; else a name from a system. */
  worded: boolean;
  where: string;
  /** How an object is, where its collection says. */
  tone?: Tone | undefined;
  status?: string | undefined;
  /** Where it leads; a command has none and does something. */
  href?: string;
  run?: () => void;
  /** Where an object stands in its table. */
  table?: string;
}

/** Whether a label of ours fits what was typed: it occurs in it, but for one typing error. */
export function fits(label: string, needle: string): boolean {
  const text = label.toLowerCase();
  if (text.includes(needle)) return true;
  if (needle.length < 4) return false;
  return text.split(/\s+/).some((word) => begins(word, needle));
}

/** The same rule as the server's, `backend/live/ranking.py`. */
function begins(word: string, typed: string): boolean {
  return [-1, 0, 1].some((more) => {
    const part = word.slice(0, typed.length + more);
    return part.length >= typed.length + Math.min(more, 0) && oneOff(part, typed);
  });
}

function oneOff(meant: string, typed: string): boolean {
  let at = 0;
  while (at < meant.length && meant[at] === typed[at]) at += 1;
  const [a, b] = [meant.slice(at), typed.slice(at)];
  const exchanged = a.slice(1, 2) + a.slice(0, 1) + a.slice(2) === b;
  return exchanged || a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1);
}

/** Items by section, sections in the order of their best item; what the keys walk through. */
export function grouped(items: readonly PaletteItem[]): PaletteItem[] {
  const groups = new Map<string, PaletteItem[]>();
  for (const item of items) {
    const group = groups.get(item.section);
    if (group) group.push(item);
    else groups.set(item.section, [item]);
  }
  return [...groups.values()].flat();
}
