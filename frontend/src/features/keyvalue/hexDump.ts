/** `6b 38 73` → lines of offset, bytes and what of them is printable. */
export function hexDump(hex: string, width = 16): string {
  const bytes = hex.split(/\s+/).filter((byte) => /^[0-9a-f]{2}$/i.test(byte));
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += width) {
    const part = bytes.slice(offset, offset + width);
    const text = part.map(printable).join("");
    const columns = part.join(" ").padEnd(width * 3 - 1);
    lines.push(`${offset.toString(16).padStart(8, "0")}  ${columns}  ${text}`);
  }
  return lines.join("\n");
}

function printable(byte: string): string {
  const code = Number.parseInt(byte, 16);
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
}
