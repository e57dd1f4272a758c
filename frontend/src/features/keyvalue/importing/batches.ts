import type { ImportItem } from "../../../api/generated/types.gen";

/** As many keys as the server writes together. */
const MOST = 25;
/** Bytes that one request of etcd's has room for, with some to spare. */
const ROOM = 1_400_000;
/** What a key takes beside its name and value. */
const AROUND = 512;
/** Bytes of a name's character at most. */
const WIDEST = 4;

const roomOf = ({ path, size }: ImportItem) => path.length * WIDEST + size + AROUND;

/** What is to be written, in parts that fit into a request each. */
export function batchesOf(items: readonly ImportItem[]): ImportItem[][] {
  const parts: ImportItem[][] = [];
  let room = 0;
  for (const item of items) {
    const last = parts.at(-1);
    room += roomOf(item);
    if (!last || last.length === MOST || room > ROOM) {
      parts.push([item]);
      room = roomOf(item);
    } else last.push(item);
  }
  return parts;
}

/** What would be written of a plan. */
export const toWrite = (items: readonly ImportItem[]) =>
  items.filter(({ base64 }) => base64 !== null);
