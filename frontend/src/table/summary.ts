import type { CollectionInfo, ListAnswer } from "../api/generated/types.gen";
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

/** Rows not as asked, by the collection's own judgement; null where it has none. */
export function countUnhealthy(info: CollectionInfo, facets: ListAnswer["facets"]): number | null {
  if (!hasHealth(info) || !facets.healthy) return null;
  return facets.healthy.find(({ value }) => value === false || value === "false")?.count ?? 0;
}

/** Whether the collection says of each row if it is as asked. */
export function hasHealth(info: CollectionInfo): boolean {
  return info.columns.some(({ id, type, facet }) => id === "healthy" && type === "bool" && facet);
}

/** How many rows of the result are in trouble, from the facet of the first status column. */
export function countByTone(info: CollectionInfo, facets: ListAnswer["facets"]): ToneCount[] {
  const column = info.columns.find(({ type, facet }) => type === "status" && facet);
  const counts = column ? (facets[column.id] ?? []) : [];
  const sums = { bad: 0, warn: 0, busy: 0, ok: 0 };
  for (const { value, count } of counts)
    sums[GROUP[toneOf(String(value ?? ""))] ?? "warn"] += count;
  return (["bad", "warn", "busy", "ok"] as const)
    .map((tone) => ({ tone, count: sums[tone] }))
    .filter(({ count }) => count > 0);
}
