import { expect, test } from "vitest";
import type { ImportItem } from "../../../api/generated/types.gen";
import { batchesOf, toWrite } from "./batches";

const item = (path: string, size: number, more: Partial<ImportItem> = {}): ImportItem => ({
  path,
  does: "create",
  why: "",
  version: "0",
  base64: "eA==",
  size,
  was: 0,
  before: null,
  after: null,
  unshown: "",
  ...more,
});

test("keys are sent in parts of at most as many, and of at most as many bytes, as are taken", () => {
  const small = Array.from({ length: 60 }, (_, number) => item(`/${number}`, 10));
  expect(batchesOf(small).map((part) => part.length)).toEqual([25, 25, 10]);
  const large = Array.from({ length: 5 }, (_, number) => item(`/${number}`, 600_000));
  expect(batchesOf(large).map((part) => part.length)).toEqual([2, 2, 1]);
  expect(batchesOf([item("/a", 1_570_000), item("/b", 1)])).toHaveLength(2);
  expect(batchesOf(small).flat()).toEqual(small);
  expect(batchesOf([])).toEqual([]);
});

test("what is refused or as it is already is not sent", () => {
  const refused = item("/no", 1, { does: "refused", base64: null });
  const same = item("/same", 1, { does: "same", base64: null });
  expect(toWrite([refused, item("/yes", 1), same]).map(({ path }) => path)).toEqual(["/yes"]);
});
