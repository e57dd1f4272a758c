import { useQuery } from "@tanstack/react-query";
import { listRowsOptions } from "../api/generated/@tanstack/react-query.gen";
import type { Row } from "../api/generated/types.gen";
import { useScope } from "./scope";

const namespacesQuery = {
  ...listRowsOptions({ path: { name: "namespaces" }, query: { limit: 1000, sort: "name" } }),
  retry: false,
  staleTime: 30_000,
};

/** The clusters and namespaces there are to choose from, as far as the viewer may see. */
export function useScopeChoices(cluster: string | undefined) {
  const { data } = useQuery({ ...namespacesQuery, refetchInterval: 30_000 });
  const rows = data?.rows ?? [];
  const inCluster = rows.filter((row) => !cluster || row.cluster === cluster);
  const namespaces = [...new Set(inCluster.map((row) => String(row.name)))].sort();
  return { clusters: clustersOf(rows), namespaces };
}

/**
 * Whether rows of several clusters stand together on this page, so that a name alone does not
 * say which of them is meant. The masthead's own question, asked once for both.
 */
export function useSeveralClusters(): boolean {
  const { data } = useQuery(namespacesQuery);
  const { cluster } = useScope();
  return cluster === undefined && clustersOf(data?.rows ?? []).length > 1;
}

function clustersOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.map((row) => String(row.cluster)))].sort();
}
