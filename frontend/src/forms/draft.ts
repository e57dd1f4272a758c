import type { Field, Texts } from "./field";

const PREFIX = "craton.draft.";

/** What was typed into one field, and what stood there before: whether that is still so is asked when it comes back. */
export interface Kept {
  text: string;
  over: string;
}

/** The fields that were changed, by id; what nobody touched is read anew. */
export type Draft = Readonly<Record<string, Kept>>;

/** The part of a form that may be kept in the browser: what was changed, and nothing secret, ever. */
export function draftOf(
  fields: readonly Field[],
  changed: readonly string[],
  texts: Texts,
  over: Texts,
): Draft {
  const open = fields.filter(({ id, secret }) => !secret && changed.includes(id));
  return Object.fromEntries(
    open.map(({ id }) => [id, { text: texts[id] ?? "", over: over[id] ?? "" }]),
  );
}

/** Keeps what is typed in this tab until it is saved or thrown away; `key` names the form. */
export function keepDraft(key: string, draft: Draft): void {
  if (Object.keys(draft).length === 0) forgetDraft(key);
  else sessionStorage.setItem(PREFIX + key, JSON.stringify(draft));
}

export function forgetDraft(key: string): void {
  sessionStorage.removeItem(PREFIX + key);
}

/** The draft that was kept; empty where there is none, or a damaged one. */
export function keptDraft(key: string): Draft {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + key) ?? "null");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(
      Object.entries(kept).filter((entry): entry is [string, Kept] => isKept(entry[1])),
    );
  } catch {
    return {};
  }
}

const isKept = (raw: unknown): raw is Kept =>
  typeof raw === "object" &&
  raw !== null &&
  "text" in raw &&
  "over" in raw &&
  typeof raw.text === "string" &&
  typeof raw.over === "string";

/** Nothing one person typed is shown to the next in the same tab. */
export function forgetDrafts(): void {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  for (const key of keys) sessionStorage.removeItem(key);
}
