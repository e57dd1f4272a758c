import type { Row } from "../api/generated/types.gen";
import { segment } from "../pages/page";
import type { ObjectPath } from "./objectRow";

/** Collections whose rows are Kubernetes objects, by the plural their detail routes use. */
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
  return `/clusters/${segment(cluster)}/${segment(kind)}/${segment(namespace)}/${segment(name)}`;
}

/** Where an object is edited as text. */
export const editorOf = ({ cluster, kind, namespace, name }: ObjectPath): string =>
  `${clusterObject(cluster, kind, namespace, name)}?tab=yaml&edit=true`;

/** The same from a row of one of `CLUSTER_KINDS`. */
export function objectOfRow(collection: string, { cluster, namespace, name, plural }: Row): string {
  if (collection === "workloads") return clusterObject(cluster, String(plural), namespace, name);
  // A namespace's row repeats its name as the namespace it lies in.
  return clusterObject(cluster, collection, collection === "namespaces" ? "-" : namespace, name);
}
