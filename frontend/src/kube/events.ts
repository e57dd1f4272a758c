import type { Row } from "../api/generated/types.gen";
import { clusterObject } from "./address";
import { pluralOf } from "./plurals";

/** The page of the object that an event is about, which may lie elsewhere than its event. */
export function hrefOfEvent(row: Row) {
  const { source, cluster, namespace, place, object_kind, object_group, object_name } = row;
  if (source === "etcd") return "/key-value";
  const plural = pluralOf(String(object_kind ?? ""), String(object_group ?? ""));
  if (!plural || !object_name) return undefined;
  return clusterObject(cluster, plural, place ?? namespace, object_name);
}
