import { useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";
import { pageAt } from "../pages/registry";
import { readSearch, SCOPE_SEARCH } from "../pages/search";
import { useSearchOf } from "../pages/useSearchOf";

/** Cluster, namespace and team chosen in the masthead; absent means all the viewer may see. */
export interface Scope {
  cluster?: string | undefined;
  namespace?: string | undefined;
  /** Only what this team owns. */
  team?: string | undefined;
}

export function readScope(raw: object): Scope {
  return readSearch(SCOPE_SEARCH, raw);
}

/** The selectors the current page honours; a selector that does nothing would be a false word. */
export function useHonoured(): Record<keyof Scope, boolean> {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const honoured = pageAt(path)?.scope ?? [];
  const has = (name: keyof Scope) => honoured.includes(name);
  return { cluster: has("cluster"), namespace: has("namespace"), team: has("team") };
}

/**
 * The scope of the current page, from its URL, as far as the page honours it. What it does not
 * honour stays in the URL: the next page may.
 */
export function useScope(): Scope {
  const honoured = useHonoured();
  const chosen = useSearchOf(SCOPE_SEARCH);
  const cluster = honoured.cluster ? chosen.cluster : undefined;
  const namespace = honoured.namespace ? chosen.namespace : undefined;
  const team = honoured.team ? chosen.team : undefined;
  return useMemo(() => readScope({ cluster, namespace, team }), [cluster, namespace, team]);
}
