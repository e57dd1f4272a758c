import { useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";

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

/** The scope of the current page, from its URL. */
export function useScope(): Scope {
  const search = useRouterState({
    select: (state) => state.location.search as Record<string, unknown>,
  });
  const { cluster, namespace } = readScope(search);
  return useMemo(() => readScope({ cluster, namespace }), [cluster, namespace]);
}
