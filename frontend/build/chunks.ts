import { isOperation } from "./operations";
import { componentFile, exported } from "./patternfly";

interface ModuleGraph {
  getModuleInfo: (
    id: string,
  ) => { importedIds: readonly string[]; importers: readonly string[] } | null;
}

const at = (path: string) => new URL(`../${path}`, import.meta.url).pathname;
const component = (name: string) => {
  const file = exported(componentFile("@patternfly/react-core", name)).get(name);
  if (!file) throw new Error(`PatternFly has no ${name}`);
  return file;
};

/**
 * Files that several pages share, in the order in which a module is given to the first that needs
 * it: each is what its modules import, directly or not, without what an earlier one has. Left to
 * itself the bundler makes a file of every set of modules that two pages have in common: dozens
 * of requests. What only one page needs stays with that page.
 */
const SHARED: readonly [name: string, modules: string[]][] = [
  // With what nearly every page asks for next: small files wait for a connection each.
  [
    "console",
    [
      "main.tsx",
      "features/overview/OverviewPage.tsx",
      "shell/LicenceBanner.tsx",
      "pages/useAddress.ts",
      "i18n/pages.ts",
    ].map((name) => at(`src/${name}`)),
  ],
  // What forms hold, which tables name as well: theirs open on demand.
  [
    "schemas",
    ["forms/field.ts", "api/generated/signInBodies.gen.ts"].map((name) => at(`src/${name}`)),
  ],
  // Not with those: who signs in needs few of them.
  ["bodies", [at("src/api/generated/bodies.gen.ts")]],
  // All that signing in needs, with the page itself: one file. Menus take a few helpers from it.
  [
    "fields",
    [
      ...["Form", "FormGroup", "TextInput", "HelperTextItem"].map(component),
      ...[
        "states/Notice.tsx",
        "forms/PlainFields.tsx",
        "forms/useForm.ts",
        "features/signin/LoginPage.tsx",
      ].map((name) => at(`src/${name}`)),
    ],
  ],
  [
    "menus",
    [
      ...[
        "shell/UserMenuItems",
        "shell/ThemeMenuItems",
        "shell/ScopeMenu",
        "overlay/PopoverNow",
      ].map((name) => at(`src/${name}.tsx`)),
      component("Tooltip"),
    ],
  ],
  ["forms", ["FormSelect", "FormSelectOption", "Checkbox", "Modal"].map(component)],
  // With what every page of tables needs besides: small files wait for a connection each.
  [
    "table",
    [
      "table/LiveTable.tsx",
      "table/SectionNav.tsx",
      "table/usePageSearch.ts",
      "kube/RowPanel.tsx",
      "kube/operate/Bulk.tsx",
      "kube/usage/Used.tsx",
    ].map((name) => at(`src/${name}`)),
  ],
  ["detail", ["src/detail/DetailPage.tsx", "src/kube/RowPanelBody.tsx"].map(at)],
  ["editor", [at("src/detail/CodeEditor.tsx")]],
];

/** Modules of ours that libraries import: in the console's file they would come too late. */
const BELOW_LIBRARIES = ["src/text/jsx.ts", "src/text/jsx-dev.ts"].map(at);

/**
 * Names the shared file of a module for `codeSplitting`; null leaves it to the page that loads it.
 * The first page comes in two, so that a release of the console leaves that of the libraries in
 * the browser's cache.
 */
export function sharedChunk(id: string, graph: ModuleGraph): string | null {
  // The bundler's own few helpers are needed by all, and the way to make an element by libraries.
  if (id.includes("rolldown/runtime") || closure(BELOW_LIBRARIES, graph).has(id))
    return "libraries";
  const name = SHARED.find(([, modules]) => closure(modules, graph).has(id))?.[0] ?? null;
  if (!name && isOperation(id) && usersOf(id, graph).size > 1) return "console";
  return name === "console" && id.includes("node_modules") ? "libraries" : name;
}

/** The modules that name an operation, or its query options. */
function usersOf(id: string, graph: ModuleGraph): Set<string> {
  const importers = graph.getModuleInfo(id)?.importers ?? [];
  return new Set(importers.flatMap((one) => (isOperation(one) ? [...usersOf(one, graph)] : [one])));
}

const closures = new WeakMap<ModuleGraph, Map<readonly string[], Set<string>>>();

/** Every module that the entries import, directly or not, without those loaded on demand. */
function closure(entries: readonly string[], graph: ModuleGraph): Set<string> {
  const known = closures.get(graph) ?? new Map<readonly string[], Set<string>>();
  closures.set(graph, known);
  const found = known.get(entries);
  if (found) return found;
  const seen = new Set<string>();
  const waiting = [...entries];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  known.set(entries, seen);
  return seen;
}
