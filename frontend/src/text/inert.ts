/**
 * Characters that act on the reader instead of being read: control characters (a tab and an end
 * of line are layout), marks that reorder a line, invisible ones that let two names look alike or
 * carry a hidden text (tags that are no flag's, selectors behind selectors), and halves of a
 * character. Joiners, soft hyphens and every kind of space are text.
 */
const ACTING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\r\n|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff]|(?<!\u{1f3f4}[\u{e0000}-\u{e007f}]{0,5})[\u{e0000}-\u{e007f}]|(?<=[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;
const FOUND = new RegExp(ACTING.source, "u");

/**
 * A foreign text as it may be shown: what would act is a visible symbol instead. Twice is as once.
 * What is copied, sent or put into an address is the text itself.
 */
export function inert(text: string): string {
  return FOUND.test(text) ? text.replace(ACTING, (found) => symbolOf(found)) : text;
}

/** What stands for it: `⟨U+001B⟩` for an escape. Fonts that have control pictures are rare. */
export function symbolOf(found: string): string {
  if (found === "\r\n") return "\n";
  const code = found.codePointAt(0);
  return `⟨U+${code?.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** One such character, for those who look for them in a text of many lines. */
export const ACTING_IN_LINES = new RegExp(ACTING.source.replace("\\r\\n|", ""), "gu");
