import { diffLines } from "diff";

/** A line of a comparison; `left` stands for `count` lines that are the same and not shown. */
export interface Line {
  /** Where it stands among them. */
  place: number;
  kind: "added" | "removed" | "same" | "left";
  text: string;
  count: number;
}

/** Lines that are the same before and after a change. */
const AROUND = 3;
/** Above so many changes the comparison takes long, and nobody reads it. */
const MOST_EDITS = 5_000;
const MOST_SHOWN = 2_000;

/** What became of a text, line by line; null where it is too much to be compared. */
export function linesBetween(before: string, after: string): readonly Line[] | null {
  const parts = diffLines(before, after, { maxEditLength: MOST_EDITS, timeout: 2_000 });
  if (!parts) return null;
  const lines: Omit<Line, "place">[] = parts.flatMap(({ value, added, removed }, at) => {
    const texts = value.replace(/\n$/, "").split("\n");
    if (added || removed)
      return texts.map((text) => ({ kind: added ? "added" : "removed", text, count: 1 }) as const);
    return around(texts, at === 0, at === parts.length - 1);
  });
  if (lines.length > MOST_SHOWN) return null;
  return lines.map((line, place) => ({ ...line, place }));
}

/** Of lines that are the same, those next to a change, and how many are left out. */
function around(texts: readonly string[], first: boolean, last: boolean): Omit<Line, "place">[] {
  const same = (text: string) => ({ kind: "same", text, count: 1 }) as const;
  const head = first ? 0 : AROUND;
  const tail = last ? 0 : AROUND;
  const count = texts.length - head - tail;
  if (count <= 1) return texts.map(same);
  return [
    ...texts.slice(0, head).map(same),
    { kind: "left", text: "", count },
    ...texts.slice(texts.length - tail).map(same),
  ];
}
