import { parseHref } from "@tanstack/history";
import { createBrowserHistory } from "@tanstack/react-router";

/** Proxies let through 8 KB of an address; nginx answers 414 to a longer one. */
const LONGEST = 4_000;

/**
 * How the browser shows an address: one that is too long for proxies has its search behind the
 * fragment's sign, which no server is sent. The name of a key may be 9 KB.
 */
export function shownAddress(address: string): string {
  if (address.length <= LONGEST) return address;
  const [path = "", ...search] = (address.split("#")[0] ?? "").split("?");
  return search.length > 0 ? `${path}#?${search.join("?")}` : address;
}

/** The search and the fragment that a shown address means. */
export function meantBy(search: string, hash: string): { search: string; hash: string } {
  return hash.startsWith("#?") ? { search: hash.slice(1), hash: "" } : { search, hash };
}

/** The browser's history, in addresses of any length. */
export function createLongHistory() {
  return createBrowserHistory({
    createHref: shownAddress,
    parseLocation: () => {
      const { pathname, search, hash } = window.location;
      const meant = meantBy(search, hash);
      // An entry that the browser made itself has no state; the library gives it one.
      return parseHref(`${pathname}${meant.search}${meant.hash}`, window.history.state);
    },
  });
}
