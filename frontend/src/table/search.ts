import type { CollectionInfo } from "../api/generated/types.gen";
import { apiUrl } from "../api/http";
import type { Query } from "../live/query";
import type { SearchOf, TABLE_SEARCH } from "../pages/search";

/** The state of a table page as it stands in the URL. */
export type TableSearch = SearchOf<typeof TABLE_SEARCH>;

/** Cluster and namespace of the masthead, as filters where the collection has the column. */
export function scopeFilters(
  info: CollectionInfo,
  scope: { cluster?: string | undefined; namespace?: string | undefined },
): string[] {
  const has = (id: string) => info.columns.some((column) => column.id === id && column.filterable);
  const filters: string[] = [];
  if (scope.cluster && has("cluster")) filters.push(`cluster=${JSON.stringify(scope.cluster)}`);
  if (scope.namespace && has("namespace") && info.name !== "namespaces")
    filters.push(`namespace=${JSON.stringify(scope.namespace)}`);
  return filters;
}

/** The server's query of a table page, of all or of one team's; `fixed` filters are not the viewer's to remove. */
export function toQuery(
  info: CollectionInfo,
  search: TableSearch,
  fixed: readonly string[],
  facet: readonly string[],
  team = "",
): Query {
  return {
    filter: [...fixed, ...(search.filter ?? [])],
    labels: search.labels ?? "",
    q: search.q ?? "",
    sort: search.sort ? search.sort.split(",") : [...info.default_sort],
    facet: [...facet],
    team,
  };
}

/** What a download holds: some columns or all, amounts as people read them or as they are. */
export interface Download {
  cols?: readonly string[];
  units: "display" | "raw";
  format?: "csv" | "jsonl";
}

/** Where the whole result of a query is downloaded. */
export function fileUrl(collection: string, query: Query, what: Download): string {
  const { cols, units, format = "csv" } = what;
  const params = new URLSearchParams({ format, units });
  if (cols) params.set("cols", cols.join(","));
  for (const filter of query.filter) params.append("filter", filter);
  if (query.labels) params.set("labels", query.labels);
  if (query.q) params.set("q", query.q);
  if (query.team) params.set("team", query.team);
  if (query.sort.length > 0) params.set("sort", query.sort.join(","));
  return apiUrl(`collections/${encodeURIComponent(collection)}?${params}`);
}

/** Whether anything narrows the table that one click could take away. */
export function isFiltered(search: TableSearch): boolean {
  return Boolean(search.q || search.labels || search.filter?.length);
}

/** The next sort after a click on a header: ascending, descending, default. */
export function nextSort(current: string | undefined, column: string): string | undefined {
  if (current === column) return `-${column}`;
  if (current === `-${column}`) return undefined;
  return column;
}
