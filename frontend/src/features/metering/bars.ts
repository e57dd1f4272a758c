import type { MeteredUsage } from "../../api/generated/types.gen";

const DAY_MS = 86_400_000;

export interface Bars {
  /** Days of the month, from 1. */
  days: number[];
  /** Peaks of days that count, and of those that are free. */
  counted: (number | null)[];
  free: (number | null)[];
  /** The billed value, across all days; none where it is of another kind than a day's peak. */
  billed: (number | null)[];
  /** How much of each day is not known, from 0 to 1; 0 of days that are still to come. */
  unknown: number[];
}

/** What is drawn of a month. */
export function barsOf(usage: MeteredUsage, now: number): Bars {
  const first = Date.parse(usage.first);
  const length = Math.round((Date.parse(usage.until) - first) / DAY_MS);
  const days = Array.from({ length }, (_, at) => at + 1);
  const known = new Map(
    usage.days.map((day) => [Math.round((Date.parse(day.day) - first) / DAY_MS) + 1, day]),
  );
  const free = new Set(usage.why.rule === "sustained" ? usage.why.free.map(({ day }) => day) : []);
  const of = (wanted: boolean) =>
    days.map((number) => {
      const day = known.get(number);
      return day && free.has(day.day) === wanted ? day.high : null;
    });
  const line = usage.value === null || usage.why.rule === "sum" ? null : Number(usage.value);
  return {
    days,
    counted: of(false),
    free: of(true),
    billed: days.map(() => line),
    unknown: days.map((number) => {
      const day = known.get(number);
      if (day && day.end <= now) return 1 - day.covered / day.expected;
      if (day) return 0; // it is not over yet
      return usage.start + number * 86_400 <= now ? 1 : 0;
    }),
  };
}
