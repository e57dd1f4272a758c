import type { CollectionInfo, ColumnInfo, Type as ColumnType } from "../api/generated/types.gen";

export function column(id: string, type: ColumnType, more: Partial<ColumnInfo> = {}): ColumnInfo {
  const label = id.charAt(0).toUpperCase() + id.slice(1);
  const base = {
    sortable: true,
    filterable: true,
    searched: false,
    facet: false,
    default: true,
    operators: [] as ColumnInfo["operators"],
  };
  return { id, label, type, ...base, ...more };
}

/** A collection with a column of most types, as the server would declare it. */
export const PODS: CollectionInfo = {
  name: "pods",
  title: "Pods",
  kind: "pod",
  label: "name",
  where: ["namespace"],
  default_sort: ["namespace", "name"],
  columns: [
    column("name", "text", { searched: true }),
    column("cluster", "text"),
    column("namespace", "text", { facet: true }),
    column("phase", "status", { facet: true }),
    column("restarts", "number"),
    column("memory", "quantity"),
    column("usage", "percent"),
    column("created", "time"),
    column("labels", "labels", { default: false }),
  ],
};
