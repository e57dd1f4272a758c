import type { AnyRouter } from "@tanstack/react-router";
import { readSearch, SCOPE_SEARCH } from "../pages/search";

/** `href` with the cluster and namespace of the current page, unless it names its own. */
function scoped(router: AnyRouter, href: string): string {
  const url = new URL(href, "http://console.invalid");
  const scope = readSearch(SCOPE_SEARCH, router.state.location.search);
  for (const [name, value] of Object.entries(scope))
    if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  return url.pathname + url.search + url.hash;
}

/** The address a browser shows for a path of the console. */
export function hrefOf(router: AnyRouter, href: string): string {
  return router.basepath.replace(/\/$/, "") + scoped(router, href);
}

/** Go to a path of the console, keeping the scope. */
export function goTo(router: AnyRouter, href: string): void {
  router.history.push(hrefOf(router, href));
}
