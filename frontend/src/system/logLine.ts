/** What structured logs call the moment, the weight and the words of a line. */
const TIME = ["ts", "time", "timestamp"];
const LEVEL = ["level", "severity", "lvl"];
const WORDS = ["msg", "message", "event"];

/**
 * A line of a log as people read it: `12:03:11.482 warn slow fdatasync took=1.2s`. A line that
 * is no JSON object is left as it is; nothing of one is left out.
 */
export function logLine(line: string): string {
  const fields = parsed(line);
  if (!fields) return line;
  const rest = { ...fields };
  const take = (names: readonly string[]) => {
    const name = names.find((one) => typeof rest[one] === "string");
    if (name === undefined) return "";
    const value = String(rest[name]);
    delete rest[name];
    return value;
  };
  const [at, level, words] = [clock(take(TIME)), take(LEVEL), take(WORDS)];
  const others = Object.entries(rest).map(([name, value]) => `${name}=${shown(value)}`);
  return [at, level, words, ...others].filter(Boolean).join(" ");
}

function parsed(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The time of day out of an RFC 3339 moment; anything else as it is. */
function clock(at: string): string {
  return /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(at)?.[1] ?? at;
}

function shown(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
