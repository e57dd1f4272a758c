import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { inside, ours } from "./direct";
import { resolved } from "./patternfly";

const require = createRequire(import.meta.url);
const SRC = new URL("../src", import.meta.url).pathname;

/** What the console's code and PatternFly's modules that it reaches consist of. */
export interface Reach {
  /** The console's own code, tests left out. */
  own: string;
  /** The code of PatternFly's components, without comments. */
  library: string;
  /** Files of PatternFly's maps from names to classes. */
  maps: string[];
  /** Style sheets of PatternFly. */
  sheets: string[];
}

/** Reads everything that may be in the build, before the build. */
export function reach(): Reach {
  const files = globSync("**/*.{ts,tsx,css}", { cwd: SRC }).filter(
    (name) => !/\.test\.|^test\//.test(name),
  );
  const own = files.map((name) => readFileSync(join(SRC, name), "utf8"));
  const seen = new Map<string, string>();
  const waiting = own.flatMap((code) => patternfly(ours(code), SRC));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    const code = file.endsWith(".css") ? "" : bare(readFileSync(file, "utf8"));
    seen.set(file, code);
    waiting.push(...patternfly(inside(code, file), dirname(file)));
  }
  const paths = [...seen.keys()];
  return {
    own: own.join("\n"),
    library: [...seen].flatMap(([file, code]) => (isMap(file) ? [] : [code])).join("\n"),
    maps: paths.filter(isMap),
    sheets: paths.filter((file) => file.endsWith(".css")),
  };
}

/** Whether a file is one of PatternFly's maps from names to classes. */
export const isMap = (file: string) => /react-styles\/css\/.*\.m?js$/.test(file);

const bare = (code: string) => code.replaceAll(/\/\*[\s\S]*?\*\//g, "");

/** The files of PatternFly that a module imports. */
function patternfly(code: string, folder: string): string[] {
  return [...code.matchAll(/(?:import|export)\s(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/g)]
    .map(([, path = ""]) => path)
    .filter((path) => /^@patternfly\/|^\/.*@patternfly|^\./.test(path))
    .filter((path) => path.startsWith("@") || path.startsWith("/") || folder !== SRC)
    .map((path) => {
      if (path.startsWith("/")) return path;
      return path.startsWith(".") ? resolved(join(folder, path)) : require.resolve(path);
    })
    .filter((path) => path.includes("@patternfly"));
}
