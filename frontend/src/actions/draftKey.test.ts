import { expect, test } from "vitest";
import { switchOff } from "../features/access/people";
import { addGroup, editGroup } from "../features/updates/groups";
import { editView, saveView } from "../table/views";
import { draftKey } from "./draftKey";
import { erased } from "./erased";

test("two things of one name have two drafts", () => {
  const edit = erased(editGroup);
  const one = draftKey(edit, { id: 7, view: null }, "stable");
  expect(draftKey(edit, { id: 8, view: null }, "stable")).not.toBe(one);
  expect(draftKey(edit, { id: 7, view: null }, "renamed")).toBe(one);
  const add = erased(addGroup);
  expect(draftKey(add, "1", "app")).not.toBe(draftKey(add, "2", "app"));
  expect(draftKey(erased(switchOff), { key: "u1", login: "ada" }, "ada")).toContain("u1");
  expect(draftKey(erased(editView), { id: "v1" }, "mine")).toContain("v1");
});

test("views of two tables that are being saved have two drafts", () => {
  const save = erased(saveView);
  expect(draftKey(save, { collection: "pods", search: "" }, "")).not.toBe(
    draftKey(save, { collection: "nodes", search: "" }, ""),
  );
});
