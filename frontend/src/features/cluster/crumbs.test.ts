import { expect, test } from "vitest";
import { crumbsOf } from "./crumbs";

const words = ((key: string) => key) as unknown as Parameters<typeof crumbsOf>[1];

function hrefOf(kind: string): string | undefined {
  const path = { cluster: "c", kind, namespace: "shop", name: "one" };
  return crumbsOf(path, words).find(({ title }) => title === kind)?.href;
}

test("a custom kind leads to its definition, what Kubernetes brings along to nothing", () => {
  expect(hrefOf("zones.example.org")).toBe(
    "/clusters/c/customresourcedefinitions/-/zones.example.org",
  );
  expect(hrefOf("httproutes.gateway.networking.k8s.io")).toContain("/customresourcedefinitions/");
  for (const kind of [
    "networkpolicies.networking.k8s.io",
    "limitranges",
    "controllerrevisions.apps",
  ])
    expect(hrefOf(kind)).toBeUndefined();
});
