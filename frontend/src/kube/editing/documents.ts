import { scan } from "./scan";

/** A document of a text: its lines (from 1) and what it is of. */
export interface Document {
  from: number;
  to: number;
  apiVersion: string;
  kind: string;
}

/** The documents of a text in their order; what they do not say is empty. */
export function documentsIn(text: string): Document[] {
  const lines = text.split("\n");
  const ends = lines.flatMap((line, at) => (/^---(\s|$)/.test(line) ? [at + 1] : []));
  const starts = [0, ...ends];
  const top = scan(text).entries.filter(({ path }) => path.length === 1);
  return starts.map((start, at) => {
    const [from, to] = [start + 1, (starts[at + 1] ?? lines.length + 1) - 1];
    const value = (name: string) =>
      top
        .find(({ path, line }) => path[0] === name && line >= from && line <= to)
        ?.value.replace(/^(["'])(.*)\1$/, "$2") ?? "";
    return { from, to, apiVersion: value("apiVersion"), kind: value("kind") };
  });
}
