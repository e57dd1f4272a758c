import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** PatternFly's libraries that components are imported from by name. */
export const LIBRARIES = ["@patternfly/react-core", "@patternfly/react-table"] as const;
export type Library = (typeof LIBRARIES)[number];

const require = createRequire(import.meta.url);
const indexes = new Map<string, Map<string, string>>();
const maps = new Map<Library, Record<string, string>>(
  LIBRARIES.map((library) => [library, require(`${library}/dist/dynamic-modules.json`)]),
);

/** The folder that a package's files are in. */
export const folderOf = (library: string) => dirname(require.resolve(`${library}/package.json`));

/** The file of a component by its name, from the map that PatternFly ships for this. */
export function componentFile(library: Library, name: string): string {
  const path = maps.get(library)?.[name];
  if (!path) throw new Error(`${library} has no module for ${name}`);
  return join(folderOf(library), path.replace("dist/dynamic/", "dist/esm/"), "index.js");
}

/** Name → file of everything that a module exports, itself or by `export *` of others. */
export function exported(file: string): Map<string, string> {
  const known = indexes.get(file);
  if (known) return known;
  const found = new Map<string, string>();
  indexes.set(file, found);
  const code = readFileSync(file, "utf8");
  for (const [, path = ""] of code.matchAll(/^export \* from '(\.[^']*)';/gm))
    for (const [name, at] of exported(resolved(join(dirname(file), path)))) found.set(name, at);
  for (const [, name = ""] of code.matchAll(/^export (?:const|let|var|function|class) (\w+)/gm))
    found.set(name, file);
  for (const [, names = ""] of code.matchAll(/^export \{([^}]*)\}(?: from '[^']*')?;/gm))
    for (const name of names.split(",")) found.set(name.trim().split(" as ").at(-1) ?? "", file);
  return found;
}

export const exists = (file: string) =>
  statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

/** The file that an import without an ending means. */
export function resolved(path: string): string {
  const file = [path, `${path}.js`, `${path}.mjs`, join(path, "index.js")].find(exists);
  if (!file) throw new Error(`PatternFly has no module ${path}`);
  return file;
}
