/** The kinds of the second column, by what a person looks for. */
export const KIND_GROUPS = [
  { id: "running", kinds: ["workloads", "pods"] },
  { id: "network", kinds: ["services", "ingresses", "endpointslices"] },
  { id: "storage", kinds: ["persistentvolumeclaims", "persistentvolumes"] },
  { id: "config", kinds: ["configmaps", "secrets", "leases"] },
  { id: "custom", kinds: ["customresourcedefinitions"] },
  { id: "namespaces", kinds: ["namespaces"] },
] as const;

type Kind = (typeof KIND_GROUPS)[number]["kinds"][number];

/** Whether the second column has the kind, so that there is a word for it. */
export function isKind(name: string): name is Kind {
  return KIND_GROUPS.some(({ kinds }) => (kinds as readonly string[]).includes(name));
}
