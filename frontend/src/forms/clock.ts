/** Minutes of a day as a clock shows them; 24:00 is its end. */
export const hourOf = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");

/** What is typed of a time of the day, as minutes; null where it is none. */
export function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(text.trim()) ?? [];
  if (hours === undefined || Number(minutes) > 59) return null;
  return Number(hours) * 60 + Number(minutes);
}
