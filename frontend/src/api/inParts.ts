/** Of an address that is short enough to be asked as it is, its path and what else is asked left out: see `http`. */
const MOST_CHARACTERS = 3_700;

/** What is asked for, in parts of at most `most` whose keys fit into an address each. */
export function inParts<T>(all: readonly T[], most: number, keyOf: (one: T) => string): T[][] {
  const parts: T[][] = [];
  let characters = 0;
  for (const one of all) {
    const length = encodeURIComponent(keyOf(one)).length + "&key=".length;
    const last = parts.at(-1);
    if (!last || last.length === most || characters + length > MOST_CHARACTERS) {
      parts.push([one]);
      characters = length;
    } else {
      last.push(one);
      characters += length;
    }
  }
  return parts;
}
