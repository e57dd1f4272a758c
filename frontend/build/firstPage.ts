interface ModuleGraph {
  getModuleInfo: (id: string) => { importedIds: readonly string[] } | null;
}

const ENTRIES = ["src/main.tsx", "src/features/overview/OverviewPage.tsx"].map(
  (entry) => new URL(`../${entry}`, import.meta.url).pathname,
);

/**
 * Names the chunk of a module for `codeSplitting`: `libraries` or `console` for what the first
 * page needs; null leaves it to the page that loads it. So the first page comes in two files, and
 * a release of the console leaves the libraries' file in the browser's cache.
 */
export function firstPage(id: string, graph: ModuleGraph): string | null {
  if (!closure(graph).has(id)) return null;
  return id.includes("node_modules") ? "libraries" : "console";
}

const closures = new WeakMap<ModuleGraph, Set<string>>();

/** Every module that the entries import, directly or not, without those loaded on demand. */
function closure(graph: ModuleGraph): Set<string> {
  const known = closures.get(graph);
  if (known) return known;
  const seen = new Set<string>();
  const waiting = [...ENTRIES];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  closures.set(graph, seen);
  return seen;
}
