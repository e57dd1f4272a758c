import { afterEach, expect, test } from "vitest";
import { PAGES } from "../features/all";
import { addressOf, definePage } from "./page";
import { entryAt, hrefOfRow, listOf, navigation, pageAt, registerPages } from "./registry";

const load = async () => () => null;

afterEach(() => registerPages(PAGES));

test("an address is the path without its parameters", () => {
  const of = (path: string) =>
    addressOf(definePage({ id: "x", path, title: "nav.machines", load }));
  expect(["/", "/machines", "/workloads/{-$kind}", "/images/$registry/manifest"].map(of)).toEqual([
    "/",
    "/machines",
    "/workloads",
    "/images",
  ]);
});

test("every page is found by its address, the most particular one first", () => {
  expect(pageAt("/")?.id).toBe("overview");
  expect(pageAt("/workloads/pods")?.id).toBe("workloads");
  expect(pageAt("/workloadsx")).toBeUndefined();
  expect(pageAt("/browse/problems")?.id).toBe("browse");
});

test("a page that is no entry of the navigation lies under one", () => {
  expect(pageAt("/access/roles/developer")?.id).toBe("role");
  expect(entryAt("/access/roles/developer")?.id).toBe("access");
  expect(entryAt("/access/why")?.id).toBe("access");
  expect(entryAt("/profile")).toBeUndefined();
});

test("rows and collections lead where the manifests say", () => {
  const row = { key: "k", cluster: "local", namespace: "shop", name: "web" };
  expect(hrefOfRow("machines", row)).toBe("/clusters/local/nodes/-/web");
  expect(hrefOfRow("nothing-known", row)).toBeUndefined();
  expect(listOf("pods")).toBe("/workloads/pods");
  expect(listOf("nothing known")).toBe("/browse/nothing%20known");
});

test("a new page is one manifest: route, navigation, list and rows follow", () => {
  const page = definePage({
    id: "volumes",
    path: "/volumes",
    title: "nav.machines",
    navigation: { group: "fleet", order: 1, icon: () => null },
    needs: [["volume", "list"]],
    load,
    lists: { volumes: "/volumes" },
    rows: { volumes: ({ name }) => `/volumes?row=${name}` },
  });
  registerPages([...PAGES, page]);
  const fleet = navigation(() => true).find(({ group }) => group === "fleet");
  expect(fleet?.pages[0]?.id).toBe("volumes");
  expect(navigation(({ id }) => id !== "volumes").flatMap(({ pages }) => pages)).not.toContain(
    page,
  );
  expect(listOf("volumes")).toBe("/volumes");
  expect(hrefOfRow("volumes", { key: "k", name: "a" })).toBe("/volumes?row=a");
  expect(() => registerPages([page, page])).toThrow("two pages have the id volumes");
});
