import type { Rolldown } from "vite";

/** The files a chunk needs: itself, what it imports, and the style sheets of all of them. */
export function needed(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): Set<string> {
  const seen = new Set<string>();
  const waiting = [chunk.fileName];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = bundle[name];
    if (seen.has(name) || file?.type !== "chunk") continue;
    seen.add(name);
    waiting.push(...file.imports);
    for (const sheet of file.viteMetadata?.importedCss ?? []) seen.add(sheet);
  }
  return seen;
}
