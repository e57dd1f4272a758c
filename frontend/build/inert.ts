import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const own = (name: string) => fileURLToPath(new URL(`../src/text/${name}`, import.meta.url));

const INSTEAD: Record<string, string> = {
  "react/jsx-runtime": own("jsx.ts"),
  "react/jsx-dev-runtime": own("jsx-dev.ts"),
};

/** Puts the console's way to make an element in the place of React's, which it calls itself. */
export function inertText(): Plugin {
  const ours = new Set(Object.values(INSTEAD));
  return {
    name: "craton-inert-text",
    enforce: "pre",
    resolveId(source, importer) {
      return importer && ours.has(importer) ? null : (INSTEAD[source] ?? null);
    },
  };
}
