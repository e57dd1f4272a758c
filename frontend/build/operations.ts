import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** Modules of one generated operation each, by what follows `?only=`. */
const ONE = /\?only=(\w+)$/;
const IMPORT = /import (type )?\{([^}]*)\} from ["']([^"']+)["'];\n?/g;
const WHOLE = /(?:^|\/)(?:sdk|react-query)\.gen$/;

/** Whether a module is one generated operation. */
export const isOperation = (id: string) => ONE.test(id);

/**
 * Makes a module of each generated operation and of each of its query options. A page loads those
 * it names: as one module, all of the API would come with the first page, and grow with each route.
 */
export function operations(): Plugin {
  return {
    name: "craton-operations",
    apply: "build",
    enforce: "pre",
    load(id) {
      const [, name] = ONE.exec(id) ?? [];
      return name ? { code: one(id.replace(ONE, ""), name), moduleType: "ts" } : null;
    },
    transform: (code, id) => (/\/src\/.*\.tsx?$/.test(id) ? named(code, dirname(id)) : null),
  };
}

/** A module of ours, which imports operations one by one. */
const named = (code: string, folder: string) =>
  code.replaceAll(IMPORT, (whole, types: string | undefined, names: string, path: string) =>
    types || !WHOLE.test(path) ? whole : imports(names, join(folder, `${path}.ts`)),
  );

const imports = (names: string, file: string) =>
  words(names)
    .filter((name) => !name.startsWith("type "))
    .map((name) => `import { ${name} } from "${file}?only=${name.split(" ")[0]}";`)
    .join("");

const words = (names: string) =>
  names
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);

/** A statement of a generated file with what it needs of the others, and of other files. */
function one(file: string, name: string): string {
  const { statements, head } = read(file);
  const own = statements.get(name);
  if (!own) throw new Error(`${file} has no ${name}`);
  const has = (other: string) => new RegExp(`\\b${other}\\b`).test(own);
  const beside = [...statements.keys()].filter((other) => other !== name && has(other));
  const needed = head.replaceAll(IMPORT, (_, types, names: string, path: string) => {
    const kept = words(names).filter(has).join(", ");
    if (types || kept === "") return "";
    const from = path.startsWith(".") ? join(dirname(file), `${path}.ts`) : path;
    return WHOLE.test(path) ? imports(kept, from) : `import { ${kept} } from "${from}";`;
  });
  return `${needed}${imports(beside.join(), file)}\n${own}`;
}

const files = new Map<string, ReturnType<typeof split>>();

function read(file: string) {
  const known = files.get(file) ?? split(readFileSync(file, "utf8"));
  files.set(file, known);
  return known;
}

/** The generator puts an empty line between two statements, and none inside one. */
function split(code: string) {
  const pieces = code.split("\n\n");
  const statements = new Map<string, string>();
  for (const piece of pieces) {
    const bare = piece.replace(/^\/\*\*[\s\S]*?\*\/\n/, "");
    const name = /^(?:export )?const (\w+)/.exec(bare)?.[1];
    if (name) statements.set(name, bare.replace(/^const/, "export const"));
  }
  return { statements, head: pieces.filter((piece) => piece.startsWith("import")).join("\n") };
}
