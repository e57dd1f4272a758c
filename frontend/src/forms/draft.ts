import type { Field, Texts } from "./field";

const PREFIX = "craton.draft.";

/** The part of the texts that may be kept in the browser: nothing secret, ever. */
export function openTexts(fields: readonly Field[], texts: Texts): Texts {
  const open = new Set(fields.filter(({ secret }) => !secret).map(({ id }) => id));
  return Object.fromEntries(Object.entries(texts).filter(([id]) => open.has(id)));
}

/** Keeps what is typed in this tab until it is saved or thrown away; `key` names the form. */
export function keepDraft(key: string, fields: readonly Field[], texts: Texts): void {
  sessionStorage.setItem(PREFIX + key, JSON.stringify(openTexts(fields, texts)));
}

export function forgetDraft(key: string): void {
  sessionStorage.removeItem(PREFIX + key);
}

/** The draft that was kept, if any; a damaged one counts as none. */
export function keptDraft(key: string): Texts | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + key) ?? "null");
    if (typeof kept !== "object" || kept === null) return null;
    return Object.fromEntries(Object.entries(kept).map(([id, text]) => [id, String(text)]));
  } catch {
    return null;
  }
}

/** Nothing one person typed is shown to the next in the same tab. */
export function forgetDrafts(): void {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  for (const key of keys) sessionStorage.removeItem(key);
}
