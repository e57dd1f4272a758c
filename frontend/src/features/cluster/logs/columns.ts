import { isEvent, type LogItem } from "./lines";

/** As many columns stand beside the message. */
const MOST = 5;
/** Lines that tell which fields there are. */
const SAMPLED = 500;
const MESSAGES = ["message", "msg", "event", "log", "text"];

/** The fields of a line that is a JSON object; null for any other. */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The fields that most of the newest lines have, the message last; empty where none is JSON. */
export function columnsOf(items: readonly LogItem[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const item of items.slice(-SAMPLED)) {
    const fields = isEvent(item) ? null : fieldsOf(item.text);
    for (const name of Object.keys(fields ?? {})) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const message = MESSAGES.find((name) => counts.has(name));
  const others = [...counts]
    .filter(([name]) => name !== message)
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST)
    .map(([name]) => name);
  return message ? [...others, message] : others;
}

/** A field's value as it is told in a column. */
export const wordOf = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
