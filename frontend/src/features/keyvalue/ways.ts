import type { ValueView } from "../../api/generated/types.gen";
import { hexDump } from "./hexDump";

/** One way to look at a value: laid out, the very text that is stored, its bytes, as guessed. */
export interface Way {
  id: "formatted" | "stored" | "bytes" | "guessed";
  text: string;
  /** What is copied: the text that is stored wherever it is known. */
  copy: string;
  language: "json" | "text";
}

/** The ways to look at a value, the usual one first. */
export function waysOf(value: ValueView, bytesPerLine: number): Way[] {
  const { form, text, raw, guessed } = value;
  if (form !== "json" && form !== "text") {
    const dump = hexDump(text, bytesPerLine);
    const bytes: Way = { id: "bytes", text: dump, copy: dump, language: "text" };
    if (guessed === "") return [bytes];
    return [bytes, { id: "guessed", text: guessed, copy: guessed, language: "text" }];
  }
  const copy = raw ?? text;
  const language = form === "json" ? "json" : "text";
  const shown: Way = { id: "formatted", text, copy, language };
  return raw === null ? [shown] : [shown, { id: "stored", text: raw, copy, language }];
}
