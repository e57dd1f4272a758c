/** A step of a path in a document: a member's name, or the place in a list. */
export type Step = string | number;

/** A key as it stands in a text, with the plain value behind it. */
export interface Entry {
  /** From 1. */
  line: number;
  /** Columns, from 0. */
  from: number;
  to: number;
  path: readonly Step[];
  /** What follows the colon, without a comment; empty where the value is below. */
  value: string;
  valueFrom: number;
}

interface Open {
  column: number;
  step: Step;
}

/** The text so far: its keys, and what is still open at its end. */
export interface Scanned {
  entries: readonly Entry[];
  open: readonly Open[];
  /** Keys of the document that is open at the end only. */
  since: number;
  /** The end stands inside a text of several lines, or inside brackets. */
  inside: boolean;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#'"[\]{},&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)/;
const BLOCK = /^[|>][-+0-9]*\s*(?:#.*)?$/;

/**
 * Reads block YAML line by line, as manifests are written, also where it is not finished yet: a
 * grammar gives up at the very line that is being typed. What is in brackets is not looked into.
 */
export function scan(text: string, until = Number.POSITIVE_INFINITY): Scanned {
  const reader = new Reader();
  const lines = text.split("\n");
  lines.slice(0, Math.min(until, lines.length)).forEach((line, at) => {
    reader.take(line, at + 1);
  });
  return reader;
}

class Reader implements Scanned {
  entries: Entry[] = [];
  open: Open[] = [];
  since = 0;
  /** Lines that are indented deeper than this belong to a value that goes on. */
  #over: number | null = null;
  #quote = "";

  get inside() {
    return this.#over !== null || this.#quote !== "";
  }

  take(raw: string, line: number): void {
    if (this.#goesOn(raw)) return;
    if (/^(---|\.\.\.)(\s|$)/.test(raw)) {
      this.open = [];
      this.since = this.entries.length;
      return;
    }
    if (raw.trim() === "" || raw.trimStart().startsWith("#")) return;
    let column = raw.length - raw.trimStart().length;
    let rest = raw.slice(column);
    while (/^-(\s|$)/.test(rest)) {
      this.#item(column);
      const gap = /^-\s*/.exec(rest)?.[0].length ?? 1;
      column += gap;
      rest = rest.slice(gap);
    }
    const key = KEY.exec(rest);
    if (key) this.#key(key, column, rest, line);
  }

  #goesOn(raw: string): boolean {
    if (this.#quote) {
      if (closes(raw, this.#quote)) this.#quote = "";
      return true;
    }
    if (this.#over === null) return false;
    const column = raw.length - raw.trimStart().length;
    if (raw.trim() === "" || column > this.#over) return true;
    this.#over = null;
    // A bracket may be closed below its key.
    return /^[\]}],?\s*$/.test(raw.trim());
  }

  #item(column: number): void {
    let before = -1;
    while (this.open.length > 0) {
      const last = this.open[this.open.length - 1] as Open;
      const item = typeof last.step === "number";
      if (last.column < column || (last.column === column && !item)) break;
      if (last.column === column) before = last.step as number;
      this.open.pop();
    }
    this.open.push({ column, step: before + 1 });
  }

  #key(found: RegExpExecArray, column: number, rest: string, line: number): void {
    const written = found[1] ?? "";
    const name = /^["']/.test(written) ? written.slice(1, -1) : written;
    while (this.open.length > 0 && (this.open[this.open.length - 1] as Open).column >= column)
      this.open.pop();
    this.open.push({ column, step: name });
    const after = rest.slice(found[0].length);
    const value = uncommented(after.trim());
    this.entries.push({
      line,
      from: column,
      to: column + written.length,
      path: this.open.map(({ step }) => step),
      value,
      valueFrom: column + found[0].length + (after.length - after.trimStart().length),
    });
    const quote = /^["']/.exec(value)?.[0] ?? "";
    if (BLOCK.test(value)) this.#over = column;
    else if (quote && !closes(value.slice(1), quote)) this.#quote = quote;
    else if (/^[[{]/.test(value) && !balanced(value)) this.#over = column;
  }
}

const uncommented = (value: string) =>
  /^["']/.test(value) ? value : value.replace(/(^|\s)#.*$/, "").trimEnd();

function closes(text: string, quote: string): boolean {
  const bare = quote === '"' ? text.replace(/\\./g, "") : text.replace(/''/g, "");
  return bare.includes(quote);
}

function balanced(value: string): boolean {
  const bare = value.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "");
  const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0;
  return count(/[[{]/g) <= count(/[\]}]/g);
}

/** Where a key that is typed in `column` of line `line` (from 1) would lie. */
export function placeOf(text: string, line: number, column: number): readonly Step[] | null {
  const { open, inside } = scan(text, line - 1);
  if (inside) return null;
  const current = text.split("\n")[line - 1] ?? "";
  const reader = new Reader();
  reader.open = [...open];
  // The dashes before it open entries of their own.
  const dashes = /^\s*(?:-\s+)*/.exec(current.slice(0, column))?.[0] ?? "";
  reader.take(`${dashes}x:`, line);
  return reader.entries[0]?.path.slice(0, -1) ?? [];
}

/** The entry a line holds, or the nearest above that it belongs to. */
export function entryAt(scanned: Scanned, line: number): Entry | undefined {
  return scanned.entries.findLast((entry) => entry.line <= line);
}

/** A path as the console tells fields: members by dots, entries by what they are known by. */
export function wordsOf(path: readonly Step[], scanned: Scanned): string {
  return path.reduce<string>((words, step, at) => {
    if (typeof step === "number")
      return `${words}[${knownBy(path.slice(0, at + 1), scanned) ?? step}]`;
    if (words === "") return step;
    return /[./]/.test(step) ? `${words}["${step}"]` : `${words}.${step}`;
  }, "");
}

const KNOWN = ["mountPath", "name", "containerPort", "key", "ip", "type"];

function knownBy(path: readonly Step[], { entries, since }: Scanned): string | null {
  const members = new Map(
    entries
      .slice(since)
      .filter((entry) => entry.path.length === path.length + 1 && starts(entry.path, path))
      .map(({ path: own, value }) => [own[own.length - 1], value] as const),
  );
  const key = KNOWN.find((name) => members.get(name));
  return key === undefined ? null : `${key}=${members.get(key)?.replace(/^(["'])(.*)\1$/, "$2")}`;
}

const starts = (path: readonly Step[], beginning: readonly Step[]) =>
  beginning.every((step, at) => path[at] === step);
