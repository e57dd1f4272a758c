import { getUpload, sendBytes } from "../../../api/generated/sdk.gen";
import { type Patience, Tries } from "./patience";

const KIB = 1024;
const FIRST = 1024 * KIB;
const LEAST = 256 * KIB;
const MOST = 32 * 1024 * KIB;
/** The console takes 2,000 pieces of one upload; half of them are left to broken connections. */
const PIECES = 1000;
/** How long a piece may take, by which a slow line is told from a dead one. */
const PIECE_MS = 180_000;

export interface Sending extends Patience {
  id: string;
  file: Blob;
  /** Where the console stands. */
  from: number;
  /** Told how many bytes the console has. */
  tell: (there: number) => void;
}

/**
 * Sends what is missing of a file, piece by piece, each as large as the line takes in a second or
 * so. A broken connection is waited for, then it goes on where the console stands. Throws what
 * does not pass by waiting.
 */
export async function sendRest({ id, file, from, tell, signal, wait }: Sending): Promise<void> {
  const tries = new Tries({ signal, wait });
  const path = { upload_id: id };
  const least = Math.max(LEAST, Math.ceil(file.size / PIECES));
  let size = Math.max(FIRST, least);
  let there = from;
  while (there < file.size) {
    signal.throwIfAborted();
    const began = performance.now();
    try {
      // Read first: a file that is gone must not look like a console that is.
      const body = await file.slice(there, there + size).arrayBuffer();
      const headers = { "Upload-Offset": there };
      const { data } = await sendBytes({ path, headers, body, signal, deadline: PIECE_MS });
      there = data.offset;
      size = fitting(size, performance.now() - began, least);
      tries.afresh();
    } catch (error) {
      size = least;
      await tries.after(error);
      const stands = await standing(id, there, signal);
      if (stands > there) tries.afresh();
      there = stands;
    }
    tell(there);
  }
}

function fitting(size: number, tookMs: number, least: number): number {
  if (tookMs < 1000) return Math.max(least, Math.min(MOST, size * 2));
  return tookMs > 4000 ? Math.max(least, size / 2) : size;
}

/** Where the console stands, or stood when it last said so. */
async function standing(id: string, last: number, signal: AbortSignal): Promise<number> {
  try {
    return (await getUpload({ path: { upload_id: id }, signal })).data.offset;
  } catch {
    signal.throwIfAborted();
    return last;
  }
}
