import { expect, test } from "vitest";
import type { ColumnInfo } from "../api/generated/types.gen";
import { shownSort } from "./TableHead";

function column(id: string, type: ColumnInfo["type"] = "text"): ColumnInfo {
  return { id, label: id, type, sortable: true, facet: false, default: true } as ColumnInfo;
}

const SHOWN = [column("name"), column("state", "status"), column("created", "time")];

test("an order is shown at its column", () => {
  expect(shownSort(SHOWN, "-created,name")).toEqual({ part: "-created", index: 2, byId: true });
});

test("trouble first is shown at the status, which does not order by itself", () => {
  expect(shownSort(SHOWN, "healthy,name")).toEqual({ part: "healthy", index: 1, byId: false });
});

test("what is not on screen is passed over: of one registry all rows are alike", () => {
  expect(shownSort(SHOWN, "registry,name")).toEqual({ part: "name", index: 0, byId: true });
  expect(shownSort(SHOWN, "registry").index).toBe(-1);
});
