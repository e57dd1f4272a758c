import type { Row } from "../api/generated/types.gen";
import { clusterObject } from "./address";
import { pluralOf } from "./plurals";

/** The page of the object that an event is about. */
export function hrefOfEvent(row: Row) {
  const { source, cluster, namespace, object_kind, object_group, object_name } = row;
  if (source === "etcd") return "/key-value";
  const plural = pluralOf(String(object_kind ?? ""), String(object_group ?? ""));
  if (!plural || !object_name) return undefined;
  return clusterObject(cluster, plural, namespace, object_name);
}
