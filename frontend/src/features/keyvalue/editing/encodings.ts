import type { KeyState } from "../../../api/generated/types.gen";

/** How a value is written. */
export type Encoding = KeyState["encoding"];

export const ENCODINGS = ["text", "json", "base64", "hex"] as const satisfies readonly Encoding[];

const BYTES_PER_LINE = 16;

/** The value of a key written in one of the ways; empty where it is not shown, or is no text. */
export function written({ text, base64 }: KeyState, encoding: string): string {
  if (encoding === "base64") return base64 ?? "";
  if (encoding === "hex") return hexOf(base64 ?? "");
  return text !== base64 ? (text ?? "") : textOf(base64 ?? "");
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function hexOf(base64: string): string {
  const pairs = [...bytesOf(base64)].map((byte) => byte.toString(16).padStart(2, "0"));
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += BYTES_PER_LINE)
    lines.push(pairs.slice(at, at + BYTES_PER_LINE).join(" "));
  return lines.join("\n");
}

/** Bytes that are no text have none to begin with. */
function textOf(base64: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(base64));
  } catch {
    return "";
  }
}
