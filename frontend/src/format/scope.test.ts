import { expect, test } from "vitest";
import { scopeParts } from "./scope";

test("a scope is read in pairs of kind and name", () => {
  expect(scopeParts("org/main")).toEqual([]);
  expect(scopeParts("org/main/cluster/local/ns/web")).toEqual([
    ["cluster", "local"],
    ["ns", "web"],
  ]);
  expect(scopeParts("org/main/registry/r1/repo/team/app")).toEqual([
    ["registry", "r1"],
    ["repo", "team/app"],
  ]);
  expect(scopeParts("org/main/etcd/e1/key/~/config/~~odd/~/x")).toEqual([
    ["etcd", "e1"],
    ["key", "/config/~odd//x"],
  ]);
  expect(scopeParts("org/main/updates")).toEqual([["updates", ""]]);
  expect(scopeParts("org/main/updates/7/group/9")).toEqual([
    ["updates", "7"],
    ["group", "9"],
  ]);
  expect(scopeParts("cluster/x")).toBeNull();
  expect(scopeParts("")).toBeNull();
});
