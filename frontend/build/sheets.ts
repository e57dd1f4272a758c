import { readFileSync } from "node:fs";
import postcss, { type Container, type Root } from "postcss";
import selectors, { type Node } from "postcss-selector-parser";

/** Looks that the console does not offer. */
const OTHER_THEMES = /\.pf-v6-theme-(?!dark)[\w-]+/;

/**
 * PatternFly's style sheets without rules that no element can match and without variables that
 * nothing reads; `text` is all code that may name a variable.
 */
export function trimSheets(
  files: readonly string[],
  used: ReadonlySet<string>,
  text: string,
): Map<string, string> {
  const sheets = new Map(files.map((file) => [file, postcss.parse(readFileSync(file, "utf8"))]));
  for (const sheet of sheets.values()) dropRules(sheet, used);
  const read = variablesRead([...sheets.values()], text);
  for (const sheet of sheets.values()) {
    sheet.walkDecls(/^--/, (declaration) => {
      if (!read.has(declaration.prop)) declaration.remove();
    });
    dropEmpty(sheet);
  }
  return new Map([...sheets].map(([file, sheet]) => [file, sheet.toString()]));
}

function dropRules(sheet: Root, used: ReadonlySet<string>): void {
  sheet.walkRules((rule) => {
    if (
      rule.parent?.type === "atrule" &&
      /keyframes$/.test((rule.parent as { name?: string }).name ?? "")
    )
      return;
    const kept = rule.selectors.filter(
      (selector) => !OTHER_THEMES.test(selector) && canMatch(selector, used),
    );
    if (kept.length === 0) rule.remove();
    else rule.selectors = kept;
  });
  sheet.walkComments((comment) => void comment.remove());
  dropEmpty(sheet);
}

/** Whether all classes that a selector asks for may be set. */
function canMatch(selector: string, used: ReadonlySet<string>): boolean {
  const possible = (node: Node): boolean => {
    if (node.type === "class") return used.has(node.value);
    if (node.type === "pseudo") {
      if (node.nodes.length === 0 || node.value === ":not") return true;
      return node.nodes.some(possible);
    }
    return "nodes" in node ? node.nodes.every(possible) : true;
  };
  return selectors().astSync(selector).nodes.some(possible);
}

function dropEmpty(container: Container): void {
  container.each((child) => {
    if (!("nodes" in child) || child.nodes === undefined) return;
    dropEmpty(child as Container);
    if (child.nodes?.length === 0) child.remove();
  });
}

const named = (text: string) => [...text.matchAll(/--[\w-]+/g)].map(([name]) => name);

/** Variables that a property, or code, reads: itself or through other variables. */
function variablesRead(sheets: readonly Root[], text: string): Set<string> {
  const through = new Map<string, string[]>();
  const waiting = named(text);
  for (const sheet of sheets)
    sheet.walkDecls(({ prop, value }) => {
      if (!prop.startsWith("--")) waiting.push(...named(value));
      else through.set(prop, [...(through.get(prop) ?? []), ...named(value)]);
    });
  const read = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (read.has(name)) continue;
    read.add(name);
    waiting.push(...(through.get(name) ?? []));
  }
  return read;
}
