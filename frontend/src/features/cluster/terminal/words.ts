/** What a person typed as a command, as its words: quotes keep blanks together, a backslash the next letter. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word = "";
  let inside = "";
  let begun = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    if (letter === "\\" && inside !== "'" && at + 1 < line.length) {
      word += line.charAt(++at);
      begun = true;
    } else if (inside) {
      if (letter === inside) inside = "";
      else word += letter;
    } else if (letter === "'" || letter === '"') {
      inside = letter;
      begun = true;
    } else if (/\s/.test(letter)) {
      if (begun) words.push(word);
      word = "";
      begun = false;
    } else {
      word += letter;
      begun = true;
    }
  }
  if (begun) words.push(word);
  return words;
}
