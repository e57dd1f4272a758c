import type { Row } from "../api/generated/types.gen";
import { addressOf, GROUPS, type Group, type PageManifest } from "./page";

/**
 * The pages this console consists of. `features/all.ts` fills it before the first render; shell,
 * table and detail pages ask it, so that none of them knows a page by name.
 */
let pages: readonly PageManifest[] = [];

/** Take the manifests; two pages with one id or address are a defect of the build. */
export function registerPages(manifests: readonly PageManifest[]): void {
  for (const field of ["id", "path"] as const) {
    const values = manifests.map((page) => page[field]);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice) throw new Error(`two pages have the ${field} ${twice}`);
  }
  pages = manifests;
}

export function allPages(): readonly PageManifest[] {
  return pages;
}

/** Where a row of any collection is shown in full; undefined when its table is all there is. */
export function hrefOfRow(collection: string, row: Row): string | undefined {
  for (const { rows } of pages) {
    const href = rows?.[collection]?.(row);
    if (href) return href;
  }
  return undefined;
}

/** The page that lists a collection; every collection has at least its plain table. */
export function listOf(collection: string): string {
  for (const { lists } of pages) {
    const href = lists?.[collection];
    if (href) return href;
  }
  return `/browse/${encodeURIComponent(collection)}`;
}

/** The page an address belongs to: the one with the longest address that begins it. */
export function pageAt(path: string): PageManifest | undefined {
  return longestAt(pages, path);
}

/** The page of the navigation under which an address lies, whichever page is shown there. */
export function entryAt(path: string): PageManifest | undefined {
  return longestAt(
    pages.filter((page) => page.navigation),
    path,
  );
}

function longestAt(among: readonly PageManifest[], path: string): PageManifest | undefined {
  const matching = among.filter((page) => {
    const address = addressOf(page);
    return address === "/" ? path === "/" : path === address || path.startsWith(`${address}/`);
  });
  return matching.sort((a, b) => addressOf(b).length - addressOf(a).length)[0];
}

/** The pages of the navigation, grouped and in order, without those `offered` refuses. */
export function navigation(
  offered: (page: PageManifest) => boolean,
): { group: Group; pages: PageManifest[] }[] {
  const order = (page: PageManifest) => page.navigation?.order ?? 0;
  return GROUPS.map((group) => ({
    group,
    pages: pages
      .filter((page) => page.navigation?.group === group && offered(page))
      .sort((a, b) => order(a) - order(b)),
  })).filter((entry) => entry.pages.length > 0);
}
