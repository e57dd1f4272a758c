import { useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";
import { pageAt } from "../pages/registry";
import { readSearch, SCOPE_SEARCH } from "../pages/search";
import { useSearchOf } from "../pages/useSearchOf";

/** Cluster and namespace chosen in the masthead; absent means all the viewer may see. */
export interface Scope {
  cluster?: string | undefined;
  namespace?: string | undefined;
}

export function readScope(raw: object): Scope {
  return readSearch(SCOPE_SEARCH, raw);
}

/** The selectors the current page honours; a selector that does nothing would be a false word. */
export function useHonoured(): { cluster: boolean; namespace: boolean } {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const honoured = pageAt(path)?.scope ?? [];
  return { cluster: honoured.includes("cluster"), namespace: honoured.includes("namespace") };
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
  return useMemo(() => readScope({ cluster, namespace }), [cluster, namespace]);
}
