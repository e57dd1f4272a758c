const DIGEST = /^(?:[\w.+-]+:)?[0-9a-f]{32,}$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}$/i;

/** Whether the text is a digest or an id that nobody reads in full. */
export function isOpaque(text: string): boolean {
  return DIGEST.test(text) || UUID.test(text);
}

/** Digests keep their algorithm and seven digits at each end: `sha256:1a2b3c4…9f8e7d6`. */
export function shortenMiddle(text: string, keep = 7): string {
  const colon = text.indexOf(":");
  const head = colon > 0 && colon < 10 ? text.slice(0, colon + 1) : "";
  const body = text.slice(head.length);
  if (body.length <= keep * 2 + 1) return text;
  return `${head}${body.slice(0, keep)}…${body.slice(-keep)}`;
}
