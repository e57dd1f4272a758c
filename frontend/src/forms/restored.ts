import { keptDraft } from "./draft";
import type { Texts } from "./field";

/** What a form was typed over, and what stood in it, when somebody else's change became known. */
export interface Seen {
  base: Texts;
  texts: Texts;
}

export interface Restored {
  texts: Texts;
  /** Something in the texts came from the draft. */
  restored: boolean;
  seen: Seen | null;
}

/**
 * A form as it begins: the thing as it is, with what its draft holds laid over it. Where the thing
 * is no longer what the draft was typed over, both are to be shown; something new has no other
 * author.
 */
export function restoredFrom(key: string | null, base: Texts, exists: boolean): Restored {
  const kept = Object.entries(key ? keptDraft(key) : {}).filter(
    ([id, { text }]) => text !== (base[id] ?? ""),
  );
  const texts = { ...base, ...pick(kept, "text") };
  const moved = exists && kept.some(([id, { over }]) => over !== (base[id] ?? ""));
  return {
    texts,
    restored: kept.length > 0,
    seen: moved ? { base: { ...base, ...pick(kept, "over") }, texts } : null,
  };
}

const pick = <Part extends string>(
  kept: readonly [string, Readonly<Record<Part, string>>][],
  part: Part,
): Texts => Object.fromEntries(kept.map(([id, one]) => [id, one[part]]));
