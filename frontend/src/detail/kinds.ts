/** Families of kinds that share a colour. */
export type Family =
  | "pod"
  | "controller"
  | "node"
  | "network"
  | "storage"
  | "config"
  | "access"
  | "image"
  | "other";

const SHORT: Record<string, [short: string, family: Family]> = {
  Pod: ["P", "pod"],
  Deployment: ["D", "controller"],
  ReplicaSet: ["RS", "controller"],
  ReplicationController: ["RC", "controller"],
  StatefulSet: ["SS", "controller"],
  DaemonSet: ["DS", "controller"],
  Job: ["J", "controller"],
  CronJob: ["CJ", "controller"],
  Node: ["N", "node"],
  Machine: ["M", "node"],
  Member: ["E", "node"],
  Service: ["S", "network"],
  Ingress: ["I", "network"],
  EndpointSlice: ["EPS", "network"],
  PersistentVolume: ["PV", "storage"],
  PersistentVolumeClaim: ["PVC", "storage"],
  ConfigMap: ["CM", "config"],
  Secret: ["SEC", "config"],
  Namespace: ["NS", "config"],
  Lease: ["L", "config"],
  CustomResourceDefinition: ["CRD", "config"],
  ServiceAccount: ["SA", "access"],
  Role: ["R", "access"],
  ClusterRole: ["CR", "access"],
  Image: ["IMG", "image"],
  Repository: ["REP", "image"],
  Key: ["KEY", "config"],
  Task: ["JOB", "other"],
};

/** `Deployment` → `D`; unknown kinds by their capitals, at most four. */
export function shortKind(kind: string): string {
  const known = SHORT[kind]?.[0];
  if (known) return known;
  const capitals = kind.replace(/[^A-Z]/g, "").slice(0, 4);
  return capitals || kind.slice(0, 1).toUpperCase();
}

export function familyOf(kind: string): Family {
  return SHORT[kind]?.[1] ?? "other";
}
