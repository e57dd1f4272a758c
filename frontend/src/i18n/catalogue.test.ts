import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import i18next from "i18next";
import { expect, test } from "vitest";
import asking from "./asking.json";
import connections from "./connections.json";
import editing from "./editing.json";
import en from "./en.json";
import etcd from "./etcd.json";
import glass from "./glass.json";
import image from "./image.json";
import importing from "./importing.json";
import invited from "./invited.json";
import inviting from "./inviting.json";
import keys from "./keys.json";
import later from "./later.json";
import leases from "./leases.json";
import licence from "./licence.json";
import licenceBanner from "./licenceBanner.json";
import linking from "./linking.json";
import logs from "./logs.json";
import operate from "./operate.json";
import "./asking";
import "./connections";
import "./editing";
import "./etcd";
import "./glass";
import "./image";
import "./importing";
import "./invited";
import "./inviting";
import "./keys";
import "./later";
import "./leases";
import "./licence";
import "./licenceBanner";
import "./linking";
import "./owning";
import "./logs";
import "./operate";
import "./metering";
import "./plans";
import "./pages";
import "./profile";
import "./providers";
import "./provisioning";
import "./receivers";
import "./deciding";
import "./rules";
import "./runbooks";
import "./saml";
import "./start";
import "./store";
import "./teams";
import "./terminal";
import "./trust";
import "./updates";
import "./usage";
import deciding from "./deciding.json";
import metering from "./metering.json";
import owning from "./owning.json";
import pages from "./pages.json";
import plans from "./plans.json";
import profile from "./profile.json";
import providers from "./providers.json";
import provisioning from "./provisioning.json";
import { PSEUDO_CLOSE, PSEUDO_OPEN, pseudo, pseudoCatalogue } from "./pseudo";
import receivers from "./receivers.json";
import rules from "./rules.json";
import runbooks from "./runbooks.json";
import saml from "./saml.json";
import signin from "./signin.json";
import start from "./start.json";
import store from "./store.json";
import teams from "./teams.json";
import terminal from "./terminal.json";
import trust from "./trust.json";
import updates from "./updates.json";
import usage from "./usage.json";

type Tree = { [key: string]: string | Tree };

function keysOf(tree: Tree, prefix = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|generated/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

const KEYS = [
  en,
  connections,
  editing,
  etcd,
  glass,
  image,
  importing,
  invited,
  inviting,
  keys,
  later,
  leases,
  licence,
  licenceBanner,
  linking,
  logs,
  operate,
  asking,
  owning,
  metering,
  plans,
  pages,
  profile,
  providers,
  provisioning,
  receivers,
  deciding,
  rules,
  runbooks,
  saml,
  signin,
  start,
  store,
  teams,
  terminal,
  trust,
  updates,
  usage,
].flatMap((words) => keysOf(words));
const CODE = sources(join(import.meta.dirname, "..")).join("\n");

test("every key the code names is in the catalogue", () => {
  const named = [...CODE.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((match) => match[1] ?? "");
  expect(named.length).toBeGreaterThan(50);
  const missing = named.filter((key) => !i18next.exists(key, { count: 1 }));
  expect(missing).toEqual([]);
});

test("every key of the catalogue is used", () => {
  const dynamic = [...CODE.matchAll(/`((?:\w+\.)+)\$\{/g)].map((match) => match[1] ?? "");
  const unused = KEYS.filter((key) => {
    const name = key.replace(/_(one|other)$/, "");
    return !CODE.includes(`"${name}"`) && !dynamic.some((prefix) => name.startsWith(prefix));
  });
  expect(unused).toEqual([]);
});

test("plurals come in pairs", () => {
  const singles = KEYS.filter((key) => key.endsWith("_one"));
  expect(singles.filter((key) => !KEYS.includes(key.replace(/_one$/, "_other")))).toEqual([]);
});

test("sentences keep the house's tone", () => {
  const texts = KEYS.map((key) => i18next.t(key as never, { count: 2 }) as string);
  expect(texts.filter((text) => /!|oops|please|sorry/i.test(text))).toEqual([]);
});

test("the pseudo-locale marks every string and leaves placeholders alone", () => {
  expect(pseudo("{{count}} rows")).toMatch(/^⟦\{\{count\}\} róws~*⟧$/);
  const marked = [
    en,
    connections,
    editing,
    etcd,
    glass,
    image,
    importing,
    invited,
    inviting,
    keys,
    later,
    leases,
    licence,
    licenceBanner,
    linking,
    logs,
    operate,
    asking,
    owning,
    metering,
    plans,
    pages,
    profile,
    providers,
    provisioning,
    receivers,
    deciding,
    rules,
    runbooks,
    saml,
    signin,
    start,
    store,
    teams,
    terminal,
    trust,
    updates,
    usage,
  ].flatMap((words) => keysOf(pseudoCatalogue(words) as Tree));
  expect(marked).toEqual(KEYS);
  expect(JSON.stringify(pseudoCatalogue({ a: "b" }))).toContain(PSEUDO_OPEN);
  expect(pseudo("x").endsWith(PSEUDO_CLOSE)).toBe(true);
});
