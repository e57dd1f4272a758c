import type { Detail } from "../api/generated/types.gen";
import { equals } from "../detail/useLiveRow";
import { CLUSTER_KINDS } from "./address";

const WORKLOAD_KINDS = [
  "deployments",
  "replicasets",
  "statefulsets",
  "daemonsets",
  "jobs",
  "cronjobs",
];

export interface ObjectPath {
  cluster: string;
  /** Plural, as the API names it. */
  kind: string;
  /** `-` for objects of the whole cluster. */
  namespace: string;
  name: string;
}

export function isWorkload(kind: string): boolean {
  return WORKLOAD_KINDS.includes(kind);
}

/** The collection an object is a row of; null for kinds that are only read on demand. */
export function collectionOf(kind: string): string | null {
  if (kind === "nodes") return "machines";
  if (isWorkload(kind)) return "workloads";
  return CLUSTER_KINDS.includes(kind) ? kind : null;
}

/** The filters that single out an object's row in its collection. */
export function rowFilters({ cluster, kind, namespace, name }: ObjectPath): string[] {
  return equals({
    cluster,
    namespace: namespace === "-" ? undefined : namespace,
    name,
    plural: isWorkload(kind) ? kind : undefined,
  });
}

/** Filters of the pods table that belongs to an object; null when no such table makes sense. */
export function podFilters(
  path: ObjectPath,
  { kind: kindName, api_version, uid }: Pick<Detail, "kind" | "api_version" | "uid">,
): string[] | null {
  const { cluster, kind, namespace, name } = path;
  // Of a custom kind there is nothing to know but that it made them.
  if (kind.includes(".") && namespace !== "-")
    return equals({ cluster, namespace, owner_uid: uid });
  if (kind === "nodes") return equals({ cluster, node: name });
  if (kind === "namespaces") return equals({ cluster, namespace: name });
  const owner_group = groupOf(api_version);
  if (!isWorkload(kind) || kind === "replicasets") return null;
  return equals({ cluster, namespace, owner_kind: kindName, owner_group, owner: name });
}

/** The API group of `apps/v1`; empty for the core's. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.lastIndexOf("/")) : "";
}
