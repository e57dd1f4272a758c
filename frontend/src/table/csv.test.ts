import { expect, test } from "vitest";
import type { ColumnInfo } from "../api/generated/types.gen";
import { csvOf } from "./csv";

const column = (id: string, type: ColumnInfo["type"]) =>
  ({ id, label: id.toUpperCase(), type }) as ColumnInfo;

test("rows as plain values, quoted where they must be", () => {
  const columns = [
    column("name", "text"),
    column("at", "time"),
    column("size", "bytes"),
    column("images", "list"),
    column("labels", "labels"),
  ];
  const rows = [
    { key: "1", name: 'a "b"', at: 0, size: 1024, images: ["x", "y"], labels: { b: "2", a: "1" } },
    { key: "2", name: "=cmd()", at: null, size: -1, images: [], labels: {} },
  ];
  expect(csvOf(columns, rows)).toBe(
    "NAME,AT,SIZE,IMAGES,LABELS\r\n" +
      '"a ""b""",1970-01-01T00:00:00.000Z,1024,"x,y","a=1,b=2"\r\n' +
      "'=cmd(),,-1,,\r\n",
  );
});

test("what acts on a reader is a symbol, and what no calendar has a number", () => {
  const columns = [column("name", "text"), column("at", "time")];
  const rows = [{ key: "1", name: "\u001b[2J\u202egnp", at: 1e15 }];
  expect(csvOf(columns, rows)).toBe("NAME,AT\r\n⟨U+001B⟩[2J⟨U+202E⟩gnp,1000000000000000\r\n");
});
