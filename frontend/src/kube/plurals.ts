/** The kinds whose objects have pages, as manifests and events name them. */
const KINDS = [
  "Node",
  "Namespace",
  "Pod",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Service",
  "EndpointSlice",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "ConfigMap",
  "Secret",
  "Lease",
  "CustomResourceDefinition",
];

const PLURALS = new Map([
  ["Ingress", "ingresses"],
  ...KINDS.map((kind) => [kind, `${kind.toLowerCase()}s`] as const),
]);

/** `Deployment` → `deployments`; undefined for kinds without pages. */
export function pluralOf(kind: string): string | undefined {
  return PLURALS.get(kind);
}
