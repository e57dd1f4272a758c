/** A line of a container's log, as the console sends it. */
export interface LogLine {
  pod: string;
  container: string;
  /** RFC 3339 with nanoseconds; empty for the rest of a very long line. */
  at: string;
  text: string;
}

/** What is told between the lines. */
export interface LogEvent {
  event: "waiting" | "restarted" | "ended" | "gone" | "unreachable" | "denied" | "lost" | "over";
  pod?: string;
  container?: string;
  text?: string;
}

export type LogItem = LogLine | LogEvent;

export const isEvent = (item: LogItem): item is LogEvent => "event" in item;

/** As many lines are kept in the page; older ones go. */
export const MOST_KEPT = 20_000;

/** Splits what comes into the lines of the stream, whatever pieces it comes in. */
export class Splitter {
  private rest = "";
  private readonly decoder = new TextDecoder();

  feed(chunk: Uint8Array): readonly LogItem[] {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split("\n");
    this.rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LogItem);
  }
}

/** The newest lines, numbered from the first that ever came. */
export class Kept {
  private items: LogItem[] = [];
  private gone = 0;

  add(more: readonly LogItem[]): void {
    for (const item of more) this.items.push(item);
    // Seldom and much at once: each cut moves all that is left.
    if (this.items.length <= MOST_KEPT * 1.25) return;
    const over = this.items.length - MOST_KEPT;
    this.items = this.items.slice(over);
    this.gone += over;
  }

  clear(): void {
    this.items = [];
    this.gone = 0;
  }

  get all(): readonly LogItem[] {
    return this.items;
  }

  /** How many are not kept any more. */
  get dropped(): number {
    return this.gone;
  }
}

export type Level = "bad" | "warn" | "off" | undefined;

const BAD = /\b(?:error|err|fatal|panic|critical|emerg)\b/i;
const WARN = /\bwarn(?:ing)?\b/i;
const QUIET = /\b(?:debug|trace)\b/i;
/** A level stands at the beginning of a line, or nowhere. */
const HEAD = 160;

/** How grave a line says it is. */
export function levelOf(text: string): Level {
  const head = text.slice(0, HEAD);
  if (BAD.test(head)) return "bad";
  if (WARN.test(head)) return "warn";
  return QUIET.test(head) ? "off" : undefined;
}
