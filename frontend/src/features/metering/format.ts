import { formatBytes, formatNumber } from "../../format/numbers";

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat(undefined, {
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const MEBI = 1024 * 1024;

/** A day as the API tells it (`2026-11-12`), by the reader's locale: it is the account's day. */
export const formatDay = (day: string): string => DAY.format(Date.parse(`${day}T00:00:00Z`));

/** A month (`2026-11`). */
export const formatMonth = (month: string): string =>
  MONTH.format(Date.parse(`${month}-01T00:00:00Z`));

/** An amount of a meter, in what its unit is counted in. */
export function formatAmount(value: number | string, unit: string): string {
  const number = Number(value);
  if (unit === "MiB") return formatBytes(number * MEBI);
  return unit === "vCPU" ? `${formatNumber(number)} vCPU` : formatNumber(number);
}

/** How much of it is known: rounded down, so that only what is whole says so. */
export const formatShare = (covered: number, expected: number): string =>
  `${formatNumber(Math.floor((1000 * covered) / expected) / 10)}%`;

/** When an hour begins, in the account's zone. */
export function formatHour(at: number, zone: string): string {
  return new Intl.DateTimeFormat(undefined, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: zone,
  }).format(at * 1000);
}

/** Which month it is in the zone. */
export function monthOf(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en", {
    year: "numeric",
    month: "2-digit",
    timeZone: zone,
  }).formatToParts(at * 1000);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}`;
}

/** The month after. */
export function monthAfter(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
}

/** From the month of `last` back to that of `first`. */
export function monthsBack(first: string, last: string): readonly string[] {
  const found = [first];
  for (let one = first; one < last && found.length < 240; ) {
    one = monthAfter(one);
    found.push(one);
  }
  return found.reverse();
}
