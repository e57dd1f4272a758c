import { serverNow } from "./clock";

const STEPS: readonly [limit: number, size: number, unit: string][] = [
  [120, 1, "s"],
  [120 * 60, 60, "m"],
  [48 * 3600, 3600, "h"],
  [730 * 86_400, 86_400, "d"],
  [Number.POSITIVE_INFINITY, 365.25 * 86_400, "y"],
];

/** An age as operators read it from kubectl: `45s`, `12m`, `5h`, `3d`, `47y`. */
export function formatAge(seconds: number): string {
  const age = Math.max(0, seconds);
  for (const [limit, size, unit] of STEPS)
    if (age < limit) return `${Math.floor(age / size)}${unit}`;
  return "";
}

/** Whether an age is of a time that has not come yet, beyond what clocks differ by. */
export function isAhead(seconds: number): boolean {
  return seconds < -300;
}

/** No timer of a browser waits longer than 24.8 days: beyond, it fires at once. */
const LONGEST_MS = 86_400_000;

/**
 * How long until `formatAge` of this age may say something else, in milliseconds; of what is still
 * to come (less than none), until that of the time that is left does.
 */
export function ageChangesIn(seconds: number): number {
  const age = Math.abs(seconds);
  const step = STEPS.find(([limit]) => age < limit)?.[1] ?? 86_400;
  const left = seconds < 0 ? age % step : step - (age % step);
  return Math.min(LONGEST_MS, Math.max(250, left * 1000));
}

/** Whether a calendar has this moment: systems also tell zero, and numbers beyond all years. */
export function isMoment(unixSeconds: number): boolean {
  return unixSeconds > 0 && unixSeconds < 253_402_300_800;
}

/** Date and time in the viewer's zone, with the zone: for hovers and details. */
export function formatExact(unixSeconds: number): string {
  if (!isMoment(unixSeconds)) return String(unixSeconds);
  return EXACT.format(unixSeconds * 1000);
}

/** Time of day to the second, `14:03:11`, for "since" in chips. */
export function formatClock(unixSeconds: number): string {
  if (!isMoment(unixSeconds)) return String(unixSeconds);
  return CLOCK.format(unixSeconds * 1000);
}

/** Unix seconds of a value that is either that already or RFC 3339. */
export function toUnix(value: unknown): number | null {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "string" || value === "") return null;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? null : parsed / 1000;
}

// Made once: each is tens of kilobytes outside of the heap, and a table asks for each of its ages.
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const MINUTE = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** The time of day where that was today, else the day: as much as fits in a narrow column. */
export function formatMoment(at: number, now = serverNow() * 1000): string {
  if (!isMoment(at)) return String(at);
  const moment = new Date(at * 1000);
  const today = moment.toDateString() === new Date(now).toDateString();
  return (today ? MINUTE : DAY).format(moment);
}
