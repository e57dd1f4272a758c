import type { ParseKeys } from "i18next";
import type { RightKind } from "../../api/generated/types.gen";

/** What kinds of things belong together for people; a kind that no area names is another's. */
const AREAS: Record<string, readonly string[]> = {
  workloads: ["pod", "workload", "service", "volume"],
  cluster: [
    "cluster",
    "machine",
    "namespace",
    "configmap",
    "secret",
    "lease",
    "definition",
    "customresource",
    "cluster-access",
  ],
  etcd: ["etcdmember", "key"],
  images: ["repository", "tag"],
  updates: [
    "update-application",
    "update-channel",
    "update-package",
    "update-group",
    "update-instance",
    "update-mirror",
    "update-refused",
  ],
  access: [
    "user",
    "team",
    "service-account",
    "role",
    "binding",
    "access-request",
    "token",
    "session",
    "identity-provider",
    "activity",
  ],
};

/** Kinds that belong together, under one heading. */
export interface Area {
  title: ParseKeys;
  kinds: readonly RightKind[];
}

/** The kinds by area, each with those of its verbs that `verbs` keeps; areas without any are left out. */
export function inAreas(
  kinds: readonly RightKind[],
  verbs: (kind: RightKind) => readonly string[],
): readonly Area[] {
  const named = new Set(Object.values(AREAS).flat());
  const other = kinds.filter(({ kind }) => !named.has(kind)).map(({ kind }) => kind);
  return Object.entries({ ...AREAS, other })
    .map(([area, names]) => ({
      title: `access.area.${area}` as ParseKeys,
      kinds: names
        .flatMap((name) => kinds.find(({ kind }) => kind === name) ?? [])
        .map((one) => ({ ...one, verbs: [...verbs(one)] }))
        .filter((one) => one.verbs.length > 0),
    }))
    .filter((area) => area.kinds.length > 0);
}
