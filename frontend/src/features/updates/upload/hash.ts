import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const SLICE = 1 << 20;

/**
 * The SHA-256 of a file, in hexadecimal, read slice by slice: it may be larger than what memory
 * holds, which the browser's own digest cannot do. `tell` is told how many bytes are read; throws
 * when `signal` is aborted or the file cannot be read any more.
 */
export async function sha256Of(
  file: Blob,
  tell: (read: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += SLICE) {
    signal.throwIfAborted();
    hash.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
    tell(Math.min(file.size, at + SLICE));
  }
  return bytesToHex(hash.digest());
}
