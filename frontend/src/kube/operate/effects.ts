import type { Effect } from "../../actions/action";
import { listRows } from "../../api/generated/sdk.gen";
import { equals } from "../../detail/useLiveRow";
import { isWorkload, podFilters } from "../objectRow";
import { type Operated, stateOf } from "./operated";

/** The kind of right by an object's plural, as the server's catalogue has it. */
const RIGHTS: Readonly<Record<string, string>> = {
  nodes: "machine",
  namespaces: "namespace",
  pods: "pod",
  services: "service",
  endpointslices: "service",
  ingresses: "service",
  persistentvolumes: "volume",
  persistentvolumeclaims: "volume",
  configmaps: "configmap",
  secrets: "secret",
  customresourcedefinitions: "definition",
};

export const rightOn = (kind: string): string =>
  isWorkload(kind) ? "workload" : (RIGHTS[kind] ?? "customresource");

const LARGE: ReadonlySet<string> = new Set([
  "nodes",
  "namespaces",
  "persistentvolumes",
  "persistentvolumeclaims",
  "customresourcedefinitions",
]);

/** Whether it holds others' things or data, so that its name is typed before it goes. */
export const isLarge = (kind: string): boolean => LARGE.has(kind);

/** What is listed of a namespace that goes: the rest goes with it too. */
const INSIDE = [
  "workloads",
  "pods",
  "services",
  "persistentvolumeclaims",
  "configmaps",
  "secrets",
] as const;

/** What goes along, counted in the tables. */
export async function effectsOf(target: Operated): Promise<readonly Effect[]> {
  const { path } = target;
  const { cluster, kind, name } = path;
  if (kind === "namespaces") {
    const filter = equals({ cluster, namespace: name });
    return present(await Promise.all(INSIDE.map((collection) => counted(collection, filter))));
  }
  const state = stateOf(target);
  const filter = podFilters(path, { kind: state.kind, api_version: "", uid: "" });
  if (filter === null || kind.includes(".")) return [];
  return present([
    await counted(
      "pods",
      filter.filter((one) => !one.startsWith("owner_group=")),
    ),
  ]);
}

const present = (effects: readonly Effect[]) => effects.filter(({ count }) => count > 0);

async function counted(collection: string, filter: readonly string[]): Promise<Effect> {
  const { data } = await listRows({
    path: { name: collection },
    query: { filter: [...filter], limit: 1 },
  });
  const words = new URLSearchParams(filter.map((one) => ["filter", one]));
  const page = collection === "workloads" ? "/workloads" : `/workloads/${collection}`;
  return { count: data.total, what: collection, collection, href: `${page}?${words}` };
}
