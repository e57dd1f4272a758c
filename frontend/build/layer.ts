import type { Plugin } from "vite";

/**
 * Puts the design system's style sheets in a cascade layer of their own, so that the console's
 * rules win over them in whatever order the pages' style sheets arrive.
 */
export function layer(): Plugin {
  return {
    name: "craton-layer",
    enforce: "pre",
    transform(code, id) {
      return /node_modules\/@patternfly\/.*\.css$/.test(id)
        ? `@layer patternfly {\n${code}\n}`
        : null;
    },
  };
}
