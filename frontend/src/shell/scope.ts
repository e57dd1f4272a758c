import { useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";
import { pageAt } from "../pages/registry";

/** Cluster and namespace chosen in the masthead; absent means all the viewer may see. */
export interface Scope {
  cluster?: string | undefined;
  namespace?: string | undefined;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

export function readScope(raw: Record<string, unknown>): Scope {
  const cluster = text(raw.cluster);
  const namespace = text(raw.namespace);
  return { ...(cluster ? { cluster } : {}), ...(namespace ? { namespace } : {}) };
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
  const search = useRouterState({
    select: (state) => state.location.search as Record<string, unknown>,
  });
  const chosen = readScope(search);
  const cluster = honoured.cluster ? chosen.cluster : undefined;
  const namespace = honoured.namespace ? chosen.namespace : undefined;
  return useMemo(() => readScope({ cluster, namespace }), [cluster, namespace]);
}
