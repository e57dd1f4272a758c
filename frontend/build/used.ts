import { readFileSync } from "node:fs";
import type { Reach } from "./reach";

const BREAKPOINT = /-on-(sm|md|lg|xl|2xl)(-height)?$/;
/** Set on the document by hand, or by the theme. */
const ALWAYS = ["pf-v6-theme-dark"];

/**
 * The classes that the console may ever set. Its own code writes them out; PatternFly's
 * components take them from maps (`styles.modifiers.plain`), also by a value (`modifiers[color]`)
 * or one put together of a prefix and a value (`display-` + `inline`). So a class of a map is used
 * where its name, or both parts of it, are words of the code.
 */
export function usedClasses({ own, library, maps }: Reach): Set<string> {
  const words = new Set([...own.matchAll(/[\w-]+/g), ...library.matchAll(/[\w-]+/g)].map(String));
  const prefixes = [...library.matchAll(/['"`]((?:[a-z]+-)+)(?:['"`]|\$\{)/g)].map(([, p]) => p);
  const widths = new Set([...own.matchAll(/\b(sm|md|lg|xl|2xl)"?:/g)].map(([, width]) => width));
  const isUsed = (key: string, name: string): boolean => {
    const width = BREAKPOINT.exec(name)?.[1];
    if (width) return widths.has(width) && isUsed("", name.replace(BREAKPOINT, ""));
    const value = name.replace(/^pf-m-/, "");
    if (words.has(key) || words.has(value) || words.has(name)) return true;
    return prefixes.some(
      (prefix = "") =>
        value.startsWith(prefix) &&
        (words.has(value.slice(prefix.length)) || words.has(camel(value.slice(prefix.length)))),
    );
  };
  const used = new Set<string>(ALWAYS);
  for (const word of own.matchAll(/pf-[\w-]+/g)) used.add(word[0]);
  for (const word of library.matchAll(/pf-[\w-]+/g)) used.add(word[0]);
  for (const file of maps)
    for (const [, key = "", name = ""] of readFileSync(file, "utf8").matchAll(ENTRY))
      if (isUsed(key, name)) used.add(name);
  return used;
}

/** One line of a map: its name and its class. */
const ENTRY = /^\s*"(\w+)": "(pf-[\w-]+)",?$/gm;

const camel = (text: string) => text.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A map without the classes that are never set. */
export function trimMap(code: string, used: ReadonlySet<string>): string {
  const kept = code.replaceAll(ENTRY, (line, _key: string, name: string) =>
    used.has(name) ? line : "",
  );
  return kept.replaceAll(/,(\s*\})/g, "$1");
}
