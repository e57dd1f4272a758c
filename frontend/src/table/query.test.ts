import { expect, test } from "vitest";
import type { CollectionInfo, ColumnInfo, Type as ColumnType } from "../api/generated/types.gen";
import { readSearch, TABLE_SEARCH } from "../pages/search";
import { parseSearch, stringifySearch } from "../shell/searchParams";
import { visibleColumns } from "./columns";
import { facetSelection, formatFilter, parseFilter, withFacet } from "./filters";
import { fileUrl, nextSort, scopeFilters, toQuery } from "./search";
import { isNews } from "./useGlow";
import { windowFor } from "./useWindow";

const column = (id: string, type: ColumnType, more: Partial<ColumnInfo> = {}): ColumnInfo => ({
  id,
  label: id,
  type,
  sortable: true,
  filterable: true,
  searched: false,
  facet: false,
  default: true,
  operators: [],
  ...more,
});

const PODS: CollectionInfo = {
  name: "pods",
  title: "Pods",
  kind: "pod",
  label: "name",
  where: ["namespace"],
  default_sort: ["namespace", "name"],
  columns: [
    column("name", "text"),
    column("cluster", "text"),
    column("namespace", "text", { facet: true }),
    column("phase", "status", { facet: true }),
    column("labels", "labels", { default: false }),
  ],
};

test.each([
  ["phase=Running", { column: "phase", op: "=", values: ["Running"] }],
  ["restarts>=3", { column: "restarts", op: ">=", values: ["3"] }],
  ["name!~web", { column: "name", op: "!~", values: ["web"] }],
  ["path^=/config/", { column: "path", op: "^=", values: ["/config/"] }],
  ['name="a, b"', { column: "name", op: "=", values: ["a, b"] }],
  [
    'phase in (Running,"Not, ready")',
    { column: "phase", op: "in", values: ["Running", "Not, ready"] },
  ],
  ["phase notin (A)", { column: "phase", op: "notin", values: ["A"] }],
])("%s is read and written the same", (text, filter) => {
  expect(parseFilter(text)).toEqual(filter);
  expect(formatFilter(filter)).toBe(text);
});

test("what is no filter is left to the server to explain", () => {
  expect(parseFilter("hello")).toBeNull();
});

test("facet ticks become one filter per column", () => {
  const one = withFacet([], "phase", ["Running"]);
  expect(one).toEqual(["phase=Running"]);
  const two = withFacet([...one, "name~web"], "phase", ["Running", "Pending"]);
  expect(two).toEqual(["name~web", "phase in (Running,Pending)"]);
  expect(facetSelection(two, "phase")).toEqual(["Running", "Pending"]);
  expect(withFacet(two, "phase", [])).toEqual(["name~web"]);
});

test("the URL is read back as it was written", () => {
  const search = {
    q: "web 1",
    filter: ["phase=Running", 'name="a&b"'],
    sort: "-created",
    cluster: "local",
  };
  const read = parseSearch(stringifySearch(search));
  expect(read).toEqual(search);
  expect(readSearch(TABLE_SEARCH, read)).toEqual({
    q: "web 1",
    filter: search.filter,
    sort: "-created",
  });
  expect(readSearch(TABLE_SEARCH, { filter: "a=b", q: 7 })).toEqual({ filter: ["a=b"] });
});

test("the query joins the page's filters, the scope and the viewer's", () => {
  const scope = scopeFilters(PODS, { cluster: "local", namespace: "shop" });
  expect(scope).toEqual(['cluster="local"', 'namespace="shop"']);
  const query = toQuery(PODS, { filter: ["phase=Failed"], q: "web" }, scope, [
    "namespace",
    "phase",
  ]);
  expect(query).toEqual({
    filter: [...scope, "phase=Failed"],
    labels: "",
    q: "web",
    sort: ["namespace", "name"],
    facet: ["namespace", "phase"],
    team: "",
  });
  const shown = fileUrl("pods", query, { cols: ["name", "phase"], units: "display" });
  expect(shown).toContain("format=csv&units=display&cols=name%2Cphase&filter=cluster");
});

test("a header click sorts up, down, and back", () => {
  expect(nextSort(undefined, "name")).toBe("name");
  expect(nextSort("name", "name")).toBe("-name");
  expect(nextSort("-name", "name")).toBeUndefined();
});

test("the chosen columns keep their declared order and always the name", () => {
  const ids = (cols?: string) => visibleColumns(PODS, cols).map(({ id }) => id);
  expect(ids()).toEqual(["name", "cluster", "namespace", "phase"]);
  expect(ids("labels,phase")).toEqual(["name", "phase", "labels"]);
});

test("where several clusters stand together, the cluster is beside the name", () => {
  const columns = PODS.columns.map((column) =>
    column.id === "cluster" ? { ...column, default: false } : column,
  );
  const info = { ...PODS, columns: [...columns].reverse() };
  const ids = (cols: string | undefined, several: boolean) =>
    visibleColumns(info, cols, [], several).map(({ id }) => id);
  expect(ids(undefined, false)).not.toContain("cluster");
  const shown = ids(undefined, true);
  expect(shown.indexOf("cluster")).toBe(shown.indexOf("name") + 1);
  expect(ids("phase", true)).not.toContain("cluster");
});

test("words and counts glow, measurements do not", () => {
  expect(isNews("status", "Running", "Failed")).toBe(true);
  expect(isNews("number", 2, 3)).toBe(true);
  expect(isNews("number", 2.1, 3.4)).toBe(false);
  expect(isNews("number", null, 3.4)).toBe(true);
  expect(isNews("bytes", 1024, 2048)).toBe(false);
  expect(isNews("time", 1, 2)).toBe(false);
  expect(isNews("text", "a", "a")).toBe(false);
});

test("the window moves only when the rows on screen near its edge", () => {
  const window = { offset: 0, limit: 150 };
  expect(windowFor(window, 0, 40, 50_000)).toBeNull();
  expect(windowFor(window, 90, 130, 50_000)).toEqual({ offset: 30, limit: 150 });
  expect(windowFor(window, 40_000, 40_040, 50_000)).toEqual({ offset: 39_940, limit: 150 });
  expect(windowFor({ offset: 100, limit: 150 }, 0, 30, 50_000)).toEqual({ offset: 0, limit: 150 });
  expect(windowFor({ offset: 0, limit: 150 }, 20, 59, 60)).toBeNull();
});
