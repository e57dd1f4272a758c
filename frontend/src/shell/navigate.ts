import type { AnyRouter } from "@tanstack/react-router";
import { readSearch, SCOPE_SEARCH } from "../pages/search";
import { shownAddress } from "./longAddresses";

/** `href` with the cluster, namespace and team of the current page, unless it names its own. */
function scoped(router: AnyRouter, href: string): string {
  const url = new URL(href, "http://console.invalid");
  const scope = readSearch(SCOPE_SEARCH, router.state.location.search);
  for (const [name, value] of Object.entries(scope))
    if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  return url.pathname + url.search + url.hash;
}

/** The router's own word for a path of the console. */
function within(router: AnyRouter, href: string): string {
  return router.basepath.replace(/\/$/, "") + scoped(router, href);
}

/** The address a browser shows for a path of the console. */
export function hrefOf(router: AnyRouter, href: string): string {
  return shownAddress(within(router, href));
}

/** Go to a path of the console, keeping the scope. */
export function goTo(router: AnyRouter, href: string): void {
  router.history.push(within(router, href));
}

/** Go there in place of the page that is shown. */
export function goInstead(router: AnyRouter, href: string): void {
  router.history.replace(within(router, href));
}

/** Leave the console for an address of another site, which the server named. */
export function goOutside(url: string): void {
  if (/^https?:\/\//.test(url)) window.location.assign(url);
}
