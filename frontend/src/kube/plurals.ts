/** The kinds whose objects have pages, as manifests and events name them. */
const KINDS = {
  "": [
    "Node",
    "Namespace",
    "Pod",
    "Service",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ConfigMap",
    "Secret",
  ],
  apps: ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"],
  batch: ["Job", "CronJob"],
  "discovery.k8s.io": ["EndpointSlice"],
  "networking.k8s.io": ["Ingress"],
  "coordination.k8s.io": ["Lease"],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
};

const GROUPS = new Map(
  Object.entries(KINDS).flatMap(([group, kinds]) => kinds.map((kind) => [kind, group] as const)),
);

/**
 * `Deployment` → `deployments`; undefined for kinds without pages, and for those of another
 * API group that are called alike. Whoever names a kind may leave its group out.
 */
export function pluralOf(kind: string, group = ""): string | undefined {
  const own = GROUPS.get(kind);
  if (own === undefined || (group !== "" && group !== own)) return undefined;
  return kind === "Ingress" ? "ingresses" : `${kind.toLowerCase()}s`;
}
