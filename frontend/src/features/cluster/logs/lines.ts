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

/** Lines that were left out between two that are shown. */
export interface Gap {
  gap: number;
}

export const isGap = (item: LogItem | Gap): item is Gap => "gap" in item;

/** The lines with a text, wherever it stands, and `around` as many before and after each. */
export function found(
  items: readonly LogItem[],
  search: string,
  around: number,
): { shown: readonly (LogItem | Gap)[]; count: number } {
  const sought = search.toLowerCase();
  if (!sought) return { shown: items, count: items.length };
  const shown: (LogItem | Gap)[] = [];
  let count = 0;
  let next = 0;
  let until = -1;
  const put = (item: LogItem, at: number) => {
    if (around > 0 && at > next) shown.push({ gap: at - next });
    shown.push(item);
    next = at + 1;
  };
  items.forEach((item, at) => {
    const fits = !isEvent(item) && item.text.toLowerCase().includes(sought);
    if (fits) {
      count += 1;
      for (let before = Math.max(next, at - around); before < at; before++)
        put(items[before] as LogItem, before);
      until = at + around;
    }
    // What is told stays, whatever is searched.
    if (fits || at <= until || isEvent(item)) put(item, at);
  });
  return { shown, count };
}
