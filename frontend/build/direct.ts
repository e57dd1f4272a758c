import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import { componentFile, exists, exported, LIBRARIES } from "./patternfly";

const INSIDE = /@patternfly\/react-(core|table)\/dist\/esm\/.*\.js$/;

/**
 * Leads imports from PatternFly's indexes to the component's own module: ours from the library's
 * one index, PatternFly's own from the indexes of its folders. Through an index every page would
 * load the style sheets and the helpers of all components that any page uses.
 */
export function direct(): Plugin {
  return {
    name: "craton-direct",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (INSIDE.test(id) && !id.endsWith("/index.js")) return inside(code, id);
      return /\/src\/.*\.tsx?$/.test(id) ? ours(code) : null;
    },
  };
}

/** The console's code, past the indexes of the libraries. */
export function ours(code: string): string {
  return LIBRARIES.reduce(
    (text, library) =>
      text.replaceAll(
        new RegExp(`import \\{([^}]*)\\} from "${library}";`, "g"),
        (_, names: string) => {
          return imports(names, (name) => exported(componentFile(library, name)).get(name));
        },
      ),
    code,
  );
}

/** The code of one of PatternFly's modules, past the indexes of its neighbours. */
export function inside(code: string, id: string): string {
  return code.replaceAll(
    /import \{([^}]*)\} from '(\.[^']*)';/g,
    (whole, names: string, path: string) => {
      const index = join(dirname(id), path, "index.js");
      return exists(index) ? imports(names, (name) => exported(index).get(name)) : whole;
    },
  );
}

function imports(names: string, moduleOf: (name: string) => string | undefined): string {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => {
      const path = moduleOf(name.split(" ")[0] ?? "");
      if (!path) throw new Error(`PatternFly has no module for ${name}`);
      return `import { ${name} } from ${JSON.stringify(path)};`;
    })
    .join("");
}
