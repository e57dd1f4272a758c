const WIDTH = 16;

/** `6b 38 73` → lines of offset, bytes and what of them is printable. */
export function hexDump(hex: string): string {
  const bytes = hex.split(/\s+/).filter((byte) => /^[0-9a-f]{2}$/i.test(byte));
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += WIDTH) {
    const part = bytes.slice(offset, offset + WIDTH);
    const text = part.map(printable).join("");
    const columns = part.join(" ").padEnd(WIDTH * 3 - 1);
    lines.push(`${offset.toString(16).padStart(8, "0")}  ${columns}  ${text}`);
  }
  return lines.join("\n");
}

function printable(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
}
