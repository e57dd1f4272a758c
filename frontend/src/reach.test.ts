import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import asking from "./i18n/asking.json";
import connections from "./i18n/connections.json";
import deciding from "./i18n/deciding.json";
import editing from "./i18n/editing.json";
import etcd from "./i18n/etcd.json";
import glass from "./i18n/glass.json";
import image from "./i18n/image.json";
import importing from "./i18n/importing.json";
import invited from "./i18n/invited.json";
import inviting from "./i18n/inviting.json";
import keys from "./i18n/keys.json";
import later from "./i18n/later.json";
import leases from "./i18n/leases.json";
import licence from "./i18n/licence.json";
import licenceBanner from "./i18n/licenceBanner.json";
import logs from "./i18n/logs.json";
import metering from "./i18n/metering.json";
import operate from "./i18n/operate.json";
import owning from "./i18n/owning.json";
import pages from "./i18n/pages.json";
import plans from "./i18n/plans.json";
import profile from "./i18n/profile.json";
import providers from "./i18n/providers.json";
import provisioning from "./i18n/provisioning.json";
import receivers from "./i18n/receivers.json";
import rules from "./i18n/rules.json";
import runbooks from "./i18n/runbooks.json";
import saml from "./i18n/saml.json";
import signin from "./i18n/signin.json";
import start from "./i18n/start.json";
import store from "./i18n/store.json";
import teams from "./i18n/teams.json";
import terminal from "./i18n/terminal.json";
import trust from "./i18n/trust.json";
import updates from "./i18n/updates.json";
import usage from "./i18n/usage.json";

type Tree = { [key: string]: string | Tree };

function keysOf(tree: Tree, prefix = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );
}

const ROOT = import.meta.dirname;
const CODE = new Map(
  readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^test\/|generated/.test(name))
    .map((name) => [join(ROOT, name), readFileSync(join(ROOT, name), "utf8")]),
);

const fileOf = (from: string, spec: string) =>
  ["", ".ts", ".tsx"].map((end) => join(dirname(from), spec) + end).find(existsSync);

const FETCHED = /import\("(\.[^"]+)"\)/g;

/** What the patterns find in a file, as files of ours. */
function named(file: string, ...patterns: RegExp[]): string[] {
  const code = CODE.get(file) ?? "";
  return patterns
    .flatMap((pattern) => [...code.matchAll(pattern)].map(([, spec = ""]) => fileOf(file, spec)))
    .filter((found) => found !== undefined);
}

const ALONG = [/(?:import|export) (?!type)[^;]*? from "(\.[^"]+)"/g, /import "(\.[^"]+)"/g];

/** The file and all that comes with it. */
function along(root: string): Set<string> {
  const seen = new Set<string>();
  const waiting = [root];
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    waiting.push(...named(file, ...ALONG));
  }
  return seen;
}

const MAIN = join(ROOT, "main.tsx");
/** What is fetched by itself, with all that comes along: the first page, pages, parts of pages. */
const APART = new Map(
  [MAIN, ...[...CODE.keys()].flatMap((file) => named(file, FETCHED))].map((root) => [
    root,
    along(root),
  ]),
);

const FIRST = APART.get(MAIN);

/** Which parts fetch a part. */
const FETCHING = new Map<string, Set<string>>();
for (const [root, files] of APART)
  for (const part of [...files].flatMap((file) => named(file, FETCHED)))
    FETCHING.set(part, (FETCHING.get(part) ?? new Set()).add(root));

/** Whether the file is there by the time the part is: with it, or with all that fetch it. */
function has(file: string, root: string, asked: readonly string[] = []): boolean {
  if (APART.get(root)?.has(file) || asked.includes(root)) return true;
  const others = [...(FETCHING.get(root) ?? [])].filter((other) => other !== root);
  return others.length > 0 && others.every((other) => has(file, other, [...asked, root]));
}

/** Where a part names one of these without what they are in; names that are put together while
 * the console runs are beyond this. */
function without(file: string, names: ReadonlySet<string>): string[] {
  const missing = [...APART].flatMap(([root, files]) =>
    has(file, root) ? [] : [...files].filter((one) => root === MAIN || !FIRST?.has(one)),
  );
  return [...new Set(missing)].flatMap((one) => {
    const named = (CODE.get(one) ?? "").match(/[\w-]+(?:\.[\w-]+)*/g) ?? [];
    const own = named.filter((name) => names.has(name));
    return [...new Set(own)].map((name) => `${one.slice(ROOT.length + 1)}: ${name}`);
  });
}

test.each([
  ["keys", [keys]],
  ["later", [later]],
  ["leases", [leases]],
  ["licence", [licence]],
  ["licenceBanner", [licenceBanner]],
  ["logs", [logs]],
  ["editing", [editing]],
  ["operate", [operate]],
  ["connections", [connections]],
  ["etcd", [etcd]],
  ["glass", [glass]],
  ["image", [image]],
  ["importing", [importing]],
  ["invited", [invited]],
  ["inviting", [inviting]],
  ["owning", [owning]],
  ["metering", [metering]],
  ["plans", [plans]],
  ["pages", [pages]],
  ["profile", [profile]],
  ["asking", [asking]],
  ["providers", [providers]],
  ["provisioning", [provisioning]],
  ["receivers", [receivers]],
  ["deciding", [deciding]],
  ["rules", [rules]],
  ["runbooks", [runbooks]],
  ["saml", [saml]],
  ["signin", [signin]],
  ["start", [start]],
  ["store", [store]],
  ["teams", [teams]],
  ["terminal", [terminal]],
  ["trust", [trust]],
  ["updates", [updates]],
  ["usage", [usage]],
])("what says words of %s brings them along", (name, words) => {
  const keys = new Set(words.flatMap((tree) => keysOf(tree as Tree)).map(singular));
  const file = join(ROOT, "i18n", `${name}.ts`);
  expect(APART.size).toBeGreaterThan(40);
  expect(keys.size).toBeGreaterThan(5);
  expect(without(file, keys)).toEqual([]);
});

const singular = (key: string) => key.replace(/_(one|other)$/, "");

/** What this file of styles dresses, and no other. */
function classesOf(style: string): ReadonlySet<string> {
  const declared = (name: string) =>
    readFileSync(join(ROOT, "styles", name), "utf8").match(/(?<=\.)cr-[\w-]+/g) ?? [];
  const others = new Set(
    readdirSync(join(ROOT, "styles")).flatMap((name) => (name === style ? [] : declared(name))),
  );
  return new Set(declared(style).filter((name) => !others.has(name)));
}

test.each(["detail.css", "table.css", "palette.css", "start.css", "upload.css"])(
  "what is dressed by %s brings it along",
  (style) => {
    const classes = classesOf(style);
    expect(classes.size).toBeGreaterThan(0);
    expect(without(join(ROOT, "styles", style), classes)).toEqual([]);
  },
);
