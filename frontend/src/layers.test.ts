import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/**
 * Folders from the ground up: a file imports from its own row or one above it in this list.
 * `features` know nothing of each other; what two of them share lies in a row above.
 */
const LAYERS = [
  ["text"],
  ["api", "format", "i18n", "theme", "styles"],
  ["live", "status", "session", "overlay"],
  ["pages"],
  ["states"],
  ["shell", "system", "jobs", "forms", "actions", "asking"],
  ["table"],
  ["detail"],
  ["kube", "updates", "tokens"],
  ["features"],
  ["."],
];

const LEVEL = new Map(LAYERS.flatMap((folders, level) => folders.map((name) => [name, level])));

function imports(): [from: string, to: string][] {
  const root = import.meta.dirname;
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^test\/|generated/.test(name))
    .flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(/from "(\.[^"]+)"/g)].map(
        ([, spec]): [string, string] => [file, normalize(join(dirname(file), spec ?? ""))],
      ),
    );
}

const folderOf = (file: string) => (file.includes("/") ? (file.split("/")[0] ?? ".") : ".");

test("imports run one way: features over table over shell", () => {
  const found = imports();
  expect(found.length).toBeGreaterThan(300);
  const upward = found.filter(([from, to]) => {
    const [own = -1, other = 99] = [LEVEL.get(folderOf(from)), LEVEL.get(folderOf(to))];
    return other > own;
  });
  expect(upward).toEqual([]);
});

test("no page imports another page", () => {
  const page = (file: string) => /^features\/([^/]+)\//.exec(file)?.[1];
  const across = imports().filter(([from, to]) => {
    const [own, other] = [page(from), page(to)];
    return own !== undefined && other !== undefined && own !== other;
  });
  expect(across).toEqual([]);
});
