import type { Row } from "../api/types";
import { pluralOf } from "./cluster/plurals";

const part = (value: unknown) => encodeURIComponent(String(value ?? "-") || "-");

/** Kinds of the Kubernetes pages: collection → name of the kind in detail routes. */
export const CLUSTER_KINDS: readonly string[] = [
  "pods",
  "workloads",
  "services",
  "ingresses",
  "endpointslices",
  "persistentvolumeclaims",
  "persistentvolumes",
  "configmaps",
  "secrets",
  "namespaces",
  "leases",
  "customresourcedefinitions",
];

/** The detail page of an object of a cluster. */
export function clusterObject(
  cluster: unknown,
  kind: string,
  namespace: unknown,
  name: unknown,
): string {
  return `/clusters/${part(cluster)}/${part(kind)}/${part(namespace)}/${part(name)}`;
}

/** Where a row of any collection is shown in full; undefined when its table is all there is. */
export function hrefOfRow(collection: string, row: Row): string | undefined {
  const { cluster, namespace, name } = row;
  if (collection === "machines") return clusterObject(cluster, "nodes", "-", name);
  if (collection === "workloads")
    return clusterObject(cluster, String(row.plural), namespace, name);
  // A namespace's row repeats its name as the namespace it lies in.
  if (collection === "namespaces") return clusterObject(cluster, collection, "-", name);
  if (CLUSTER_KINDS.includes(collection))
    return clusterObject(cluster, collection, namespace, name);
  if (collection === "keys")
    return `/key-value/${part(row.cluster ?? row.etcd)}/value?key=${part(row.path ?? row.key)}`;
  if (collection === "repositories")
    return `/images/${part(row.registry)}/repository?repository=${part(name)}`;
  if (collection === "tags")
    return `/images/${part(row.registry)}/manifest?repository=${part(row.repository)}&reference=${part(row.tag ?? row.name)}`;
  if (collection === "events") return hrefOfEvent(row);
  return undefined;
}

/** The page of the object that an event is about. */
function hrefOfEvent({ source, cluster, namespace, object_kind, object_name }: Row) {
  if (source === "etcd") return "/key-value";
  const plural = pluralOf(String(object_kind ?? ""));
  if (!plural || !object_name) return undefined;
  return clusterObject(cluster, plural, namespace, object_name);
}

/** The page that lists a collection, for search hits without a page of their own. */
export function listOf(collection: string): string {
  if (collection === "machines" || collection === "events" || collection === "activity")
    return `/${collection}`;
  if (CLUSTER_KINDS.includes(collection)) return `/workloads/${collection}`;
  if (collection === "etcd-members") return "/key-value";
  if (collection === "keys") return "/key-value/keys";
  if (collection === "repositories") return "/images";
  if (collection === "tags") return "/images/tags";
  if (collection === "users" || collection === "bindings") return `/access/${collection}`;
  return `/browse/${collection}`;
}
