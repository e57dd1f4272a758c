import { globSync, readFileSync } from "node:fs";
import type { Plugin, Rolldown } from "vite";
import { FIRST_ROWS } from "../src/live/firstRows";
import { needed } from "./needed";

const FEATURES = new URL("../src/features/", import.meta.url).pathname;

/** Every page asks for these: who is signed in, and how the systems are. */
const EVERY_PAGE = ["session", "overview"];
/** Pages with a table ask what columns there are. */
const TABLE = { module: "/src/table/LiveTable.tsx", answers: ["collections"] };

/** Pages that stand outside of the shell. */
const WITHOUT_MANIFEST = [
  ["/login", "signin/LoginPage.tsx"],
  ["/setup", "signin/SetupPage.tsx"],
] as const;
const outside = new Set<string>(WITHOUT_MANIFEST.map(([path]) => path));

interface PageHints {
  path: string;
  scripts: string[];
  styles: string[];
  answers: string[];
  /** So many rows of the table that its address ends with; 0 where it is none of one. */
  rows: number;
}

/**
 * Writes `hints.json`: for each page the files it consists of beyond those that `index.html`
 * names, and what it asks the server first. The server tells the browser with the page
 * (`backend/http/hints.py`), so that nothing waits for the script before it.
 */
export function hints(): Plugin {
  return {
    name: "craton-hints",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const entry = chunks.find(({ isEntry }) => isEntry);
      const first = entry ? needed(entry, bundle) : new Set<string>();
      const pages = [
        ...globSync("*/page.ts", { cwd: FEATURES }).flatMap((file) => manifests(file)),
        ...WITHOUT_MANIFEST.map(([path, module]) => ({
          path,
          module: `${FEATURES}${module}`,
          isTable: false,
        })),
      ];
      const found = pages.map(({ path, module, isTable }): PageHints => {
        const chunk = chunks.find((one) => Object.keys(one.modules).includes(module));
        if (!chunk) throw new Error(`no chunk has ${module}`);
        const files = [...needed(chunk, bundle)].filter((name) => !first.has(name));
        const hasTable = [chunk.fileName, ...files].some((name) => has(bundle[name], TABLE.module));
        return {
          path,
          scripts: files.filter((name) => name.endsWith(".js")).map((name) => `/${name}`),
          styles: files.filter((name) => name.endsWith(".css")).map((name) => `/${name}`),
          answers: outside.has(path) ? [] : [...EVERY_PAGE, ...(hasTable ? TABLE.answers : [])],
          rows: isTable && hasTable ? FIRST_ROWS : 0,
        };
      });
      // Fixed words before parameters: `/connections/new` is no `/connections/$kind`.
      found.sort((a, b) => a.path.split("$").length - b.path.split("$").length);
      this.emitFile({ type: "asset", fileName: "hints.json", source: JSON.stringify(found) });
    },
  };
}

interface Declared {
  path: string;
  module: string;
  /** Its address is the state of a table. */
  isTable: boolean;
}

/** The pages that a `page.ts` declares: their pattern, and the module that shows them. */
function manifests(file: string): Declared[] {
  const code = readFileSync(`${FEATURES}${file}`, "utf8");
  const folder = file.replace(/page\.ts$/, "");
  return [
    ...code.matchAll(
      /path: "([^"]+)"([\s\S]*?)load: async \(\) => (?:\(await import\("\.\/)?([\w/]+)/g,
    ),
  ].map(([, path = "", declared = "", name]) => ({
    path,
    module: `${FEATURES}${folder}${name}.tsx`,
    isTable: declared.includes("TABLE_SEARCH"),
  }));
}

const has = (file: Rolldown.OutputBundle[string] | undefined, module: string) =>
  file?.type === "chunk" && Object.keys(file.modules).some((id) => id.endsWith(module));
