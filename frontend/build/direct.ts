import { createRequire } from "node:module";
import type { Plugin } from "vite";

const LIBRARIES = ["@patternfly/react-core", "@patternfly/react-table"] as const;
const require = createRequire(import.meta.url);

/**
 * Leads imports from PatternFly's one index to the component's own module, by the map that
 * PatternFly ships for this. Through the index every page would load the style sheets of all
 * components that any page uses.
 */
export function direct(): Plugin {
  const modules = new Map(
    LIBRARIES.map((library) => [library, require(`${library}/dist/dynamic-modules.json`)]),
  );
  return {
    name: "craton-direct",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!/\/src\/.*\.tsx?$/.test(id)) return null;
      return LIBRARIES.reduce(
        (text, library) =>
          text.replaceAll(
            new RegExp(`import \\{([^}]*)\\} from "${library}";`, "g"),
            (_, names: string) => imports(library, names, modules.get(library)),
          ),
        code,
      );
    },
  };
}

function imports(library: string, names: string, modules: Record<string, string>): string {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => {
      const path = modules[name.split(" ")[0] ?? ""];
      if (!path) throw new Error(`${library} has no module for ${name}`);
      return `import { ${name} } from "${library}/${path.replace("dist/dynamic/", "dist/esm/")}";`;
    })
    .join("");
}
