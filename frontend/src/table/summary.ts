import type { CollectionInfo, Facets } from "../api/types";
import { type Tone, toneOf } from "../status/tone";

export interface ToneCount {
  tone: "bad" | "warn" | "busy" | "ok";
  count: number;
}

const GROUP: Partial<Record<Tone, ToneCount["tone"]>> = {
  bad: "bad",
  denied: "bad",
  unknown: "warn",
  warn: "warn",
  busy: "busy",
  ok: "ok",
  off: "ok",
};

/** How many rows of the result are in trouble, from the facet of the first status column. */
export function countByTone(info: CollectionInfo, facets: Facets): ToneCount[] {
  const column = info.columns.find(({ type, facet }) => type === "status" && facet);
  const counts = column ? (facets[column.id] ?? []) : [];
  const sums = { bad: 0, warn: 0, busy: 0, ok: 0 };
  for (const { value, count } of counts)
    sums[GROUP[toneOf(String(value ?? ""))] ?? "warn"] += count;
  return (["bad", "warn", "busy", "ok"] as const)
    .map((tone) => ({ tone, count: sums[tone] }))
    .filter(({ count }) => count > 0);
}
