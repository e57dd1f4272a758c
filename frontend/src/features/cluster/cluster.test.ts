import { expect, test } from "vitest";
import type { ConditionView, Ref } from "../../api/generated/types.gen";
import { familyOf, shortKind } from "../../detail/kinds";
import { tiesOf } from "../../detail/RelationsStrip";
import { collectionOf, podFilters, rowFilters } from "../../kube/objectRow";
import { pluralOf } from "../../kube/plurals";
import { eventFilters } from "../../kube/RecentEvents";
import { hrefOfRow } from "../../pages/registry";
import { OBJECT } from "../../test/details";
import { byConcern, conditionTone } from "./conditions";
import { eventSubjects, listedGroups, refHref, stripOf } from "./relations";

const condition = (type: string, status: string, good: boolean | null): ConditionView => ({
  type,
  status,
  reason: "",
  message: "",
  since: null,
  good,
});

test("a condition is judged by what it means, not by its word", () => {
  expect(conditionTone(condition("Ready", "True", true))).toBe("ok");
  expect(conditionTone(condition("DiskPressure", "False", true))).toBe("ok");
  expect(conditionTone(condition("DiskPressure", "True", false))).toBe("bad");
  expect(conditionTone(condition("Ready", "Unknown", false))).toBe("unknown");
  expect(conditionTone(condition("Suspended", "True", null))).toBe("unknown");
});

test("troubles come first, then names", () => {
  const sorted = byConcern([
    condition("Ready", "True", true),
    condition("Available", "True", true),
    condition("Odd", "True", null),
    condition("DiskPressure", "True", false),
  ]);
  expect(sorted.map(({ type }) => type)).toEqual(["DiskPressure", "Odd", "Available", "Ready"]);
});

test("every kind is followed in the collection that has it", () => {
  expect(collectionOf("nodes")).toBe("machines");
  expect(collectionOf("deployments")).toBe("workloads");
  expect(collectionOf("pods")).toBe("pods");
  expect(collectionOf("backups.storage.example.org")).toBeNull();
});

test("filters single out one row", () => {
  const path = { cluster: "local", kind: "deployments", namespace: "shop", name: "cart" };
  expect(rowFilters(path)).toEqual([
    'cluster="local"',
    'namespace="shop"',
    'name="cart"',
    'plural="deployments"',
  ]);
  expect(rowFilters({ ...path, kind: "nodes", namespace: "-" })).toEqual([
    'cluster="local"',
    'name="cart"',
  ]);
});

test("pods belong to machines by place and to workloads by owner", () => {
  const path = { cluster: "local", kind: "nodes", namespace: "-", name: "n1" };
  const node = { kind: "Node", api_version: "v1", uid: "u" };
  expect(podFilters(path, node)).toEqual(['cluster="local"', 'node="n1"']);
  const deployment = { ...path, kind: "deployments", namespace: "shop", name: "cart" };
  const web = { kind: "Deployment", api_version: "apps/v1", uid: "u" };
  expect(podFilters(deployment, web)).toContain('owner_kind="Deployment"');
  expect(podFilters(deployment, web)).toContain('owner_group="apps"');
  expect(podFilters({ ...path, kind: "configmaps" }, { ...node, kind: "ConfigMap" })).toBeNull();
});

test("pods of a custom resource are those it made, whatever else is called like its kind", () => {
  const path = { cluster: "c", kind: "clusters.pg.example", namespace: "db", name: "pg" };
  const pg = { kind: "Cluster", api_version: "pg.example/v1", uid: "u-1" };
  expect(podFilters(path, pg)).toEqual(['cluster="c"', 'namespace="db"', 'owner_uid="u-1"']);
  expect(pluralOf("StatefulSet", "apps")).toBe("statefulsets");
  expect(pluralOf("StatefulSet", "apps.kruise.io")).toBeUndefined();
  expect(
    eventSubjects({ ...OBJECT, kind: "Cluster", api_version: "pg.example/v1" }).groups,
  ).toEqual(["pg.example"]);
  const ref = { ...OBJECT.owners[0], plural: "" } as Ref;
  expect(refHref("c", ref)).toBeUndefined();
});

test("the strip runs from the outermost owner over the machine to the image", () => {
  const { owners, leadsTo } = stripOf(OBJECT, new Map([["sha256:ab", "/images/x"]]));
  expect(owners.map(({ name }) => name)).toEqual(["cart", "cart-5895"]);
  expect(owners[0]).toMatchObject({ status: "Degraded" });
  expect(leadsTo.flat().map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "Node node-1",
    "Image shop/cart:1.9.0",
    "Service cart",
  ]);
  expect(leadsTo[1]?.[0]?.href).toBe("/images/x");
});

test("relations are rows in words, one tie a row", () => {
  const { owners, leadsTo } = stripOf(OBJECT);
  const rows = tiesOf({ owners, leadsTo }).map(
    ({ words, things }) => `${words}: ${things.map(({ name }) => name).join(", ")}`,
  );
  expect(rows).toEqual([
    "ownedBy: cart, cart-5895",
    "runsOn: node-1",
    "image: shop/cart:1.9.0",
    "exposedBy: cart",
  ]);
});

test("the events of what an object made are its own, trouble first", () => {
  const made = (kind: string, name: string, healthy: boolean) => ({
    kind,
    plural: "",
    group: "",
    namespace: "shop",
    name,
    status: null,
    healthy,
    reason: "",
  });
  const items = [
    made("Pod", "cart-a", true),
    made("Pod", "cart-b", false),
    made("Service", "x", true),
  ];
  const related = [{ title: "Pods", more: false, items }];
  const cart = { ...OBJECT, kind: "Deployment", api_version: "apps/v1", name: "cart", related };
  expect(eventSubjects(cart)).toEqual({
    names: ["cart", "cart-b", "cart-a"],
    kinds: ["Deployment", "Pod"],
    groups: ["apps", "batch"],
  });
  expect(eventSubjects({ ...OBJECT, related })).toEqual({
    names: [OBJECT.name],
    kinds: [OBJECT.kind],
    groups: [],
  });
});

test("the events of an object are not those of another kind with its name", () => {
  expect(
    eventFilters({ cluster: "local", namespace: "shop", names: ["cart"], kinds: ["Service"] }),
  ).toContain('object_kind in ("Service")');
});

test("the summary leaves out the machine, and well pods where pods have a tab", () => {
  const pods = {
    title: "Pods",
    more: false,
    items: [true, false].map((healthy) => ({
      kind: "Pod",
      plural: "pods",
      group: "",
      namespace: "shop",
      name: healthy ? "well" : "unwell",
      status: "Running",
      healthy,
      reason: "",
    })),
  };
  const detail = { ...OBJECT, related: [...OBJECT.related, pods] };
  expect(listedGroups(detail, false).map(({ title }) => title)).toEqual(["Services", "Pods"]);
  expect(listedGroups(detail, true)[1]?.items.map(({ name }) => name)).toEqual(["unwell"]);
});

test("kinds have a badge, and pages by their plural", () => {
  expect(shortKind("StatefulSet")).toBe("SS");
  expect(shortKind("CertificateSigningRequest")).toBe("CSR");
  expect(shortKind("backup")).toBe("B");
  expect(familyOf("Service")).toBe("network");
  expect(pluralOf("Ingress")).toBe("ingresses");
  expect(pluralOf("Backup")).toBeUndefined();
});

test("rows lead to their pages", () => {
  const row = { key: "k", cluster: "local", namespace: "shop", name: "shop" };
  expect(hrefOfRow("namespaces", row)).toBe("/clusters/local/namespaces/-/shop");
  expect(hrefOfRow("pods", row)).toBe("/clusters/local/pods/shop/shop");
  const event = { ...row, source: "kubernetes", object_kind: "Node", object_name: "n1" };
  expect(hrefOfRow("events", { ...event, namespace: "default", place: "" })).toBe(
    "/clusters/local/nodes/-/n1",
  );
  expect(hrefOfRow("events", { ...event, object_kind: "Backup" })).toBeUndefined();
  expect(hrefOfRow("events", { ...event, source: "etcd" })).toBe("/key-value");
});
