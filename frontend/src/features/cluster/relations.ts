import type {
  Detail as ObjectDetail,
  Ref,
  Related as RelatedGroup,
} from "../../api/generated/types.gen";
import type { Related } from "../../detail/RelationsStrip";
import { clusterObject } from "../../kube/address";
import { groupOf } from "../../kube/objectRow";

/** Where another object of the same cluster has its page, if it has one. */
export function refHref(cluster: string, { plural, namespace, name }: Ref): string | undefined {
  if (plural === "") return undefined;
  return clusterObject(cluster, plural, namespace || "-", name);
}

export function toRelated(cluster: string, ref: Ref): Related {
  return {
    kind: ref.kind,
    name: ref.name,
    href: refHref(cluster, ref),
    status: ref.healthy === false ? (ref.status ?? undefined) : undefined,
    title: ref.reason || (ref.group.includes(".") ? `${ref.name} (${ref.group})` : undefined),
  };
}

/** Kinds that stand in the strip, in the order in which one follows from the other. */
const LEADS_TO = ["Node", "PersistentVolumeClaim", "PersistentVolume", "Service", "Ingress"];

export interface Strip {
  owners: Related[];
  leadsTo: Related[][];
}

/** Owner ← this → node → image, from what the detail says of its surroundings. */
export function stripOf(
  detail: ObjectDetail,
  imagePages: ReadonlyMap<string, string> = new Map(),
): Strip {
  const refs = detail.related.flatMap(({ items }) => items);
  const groups = LEADS_TO.map((kind) =>
    refs
      .filter((ref) => ref.kind === kind)
      .map((ref) => ({ ...toRelated(detail.cluster, ref), ...tieOf(detail.kind, ref) })),
  );
  const images = new Map(
    detail.containers
      .filter(({ image }) => image !== "")
      .map(({ image, digest }) => [image, imagePages.get(digest) ?? imagePages.get(image)]),
  );
  const [nodes = [], ...rest] = groups;
  return {
    owners: [...detail.owners].reverse().map((owner) => toRelated(detail.cluster, owner)),
    leadsTo: [nodes, [...images].map(([name, href]) => ({ kind: "Image", name, href })), ...rest],
  };
}

/**
 * The groups the summary lists: not the machine, which stands in the strip, and of pods
 * that have a tab of their own only those in trouble.
 */
export function listedGroups(detail: ObjectDetail, podsHaveTab: boolean): RelatedGroup[] {
  return detail.related
    .filter(({ items }) => items.some(({ kind }) => kind !== "Node"))
    .map((group) => {
      const pods = podsHaveTab && group.items.every(({ kind }) => kind === "Pod");
      return pods ? { ...group, items: group.items.filter((pod) => pod.healthy === false) } : group;
    })
    .filter(({ items }) => items.length > 0);
}

/** Kinds whose events are those of the object that made them. */
const DESCENDANTS: ReadonlySet<string> = new Set(["ReplicaSet", "Job", "Pod"]);
const MAKERS: ReadonlySet<string> = new Set([
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
]);
/** A filter names no more than this many. */
const MOST_NAMES = 50;

/** Whose events tell what happened to an object. */
export interface EventSubjects {
  names: readonly string[];
  kinds: readonly string[];
  groups: readonly string[];
}

const MAKERS_GROUPS: readonly string[] = ["apps", "batch"];

/** The object itself first, then what it made: what is unwell before what is well. */
export function eventSubjects({ kind, name, related, api_version }: ObjectDetail): EventSubjects {
  const group = groupOf(api_version);
  if (!MAKERS.has(kind) || !MAKERS_GROUPS.includes(group))
    return { names: [name], kinds: [kind], groups: group ? [group] : [] };
  const made = related
    .flatMap(({ items }) => items)
    .filter((ref) => DESCENDANTS.has(ref.kind))
    .sort((a, b) => Number(a.healthy ?? true) - Number(b.healthy ?? true))
    .slice(0, MOST_NAMES - 1);
  return {
    names: [...new Set([name, ...made.map((ref) => ref.name)])],
    kinds: [...new Set([kind, ...made.map((ref) => ref.kind)])].sort(),
    groups: MAKERS_GROUPS,
  };
}

/** An ingress is not exposed by its services: it sends its traffic to them. */
function tieOf(kind: string, ref: Ref): { tie?: "routesTo" } {
  return kind === "Ingress" && ref.kind === "Service" ? { tie: "routesTo" } : {};
}
