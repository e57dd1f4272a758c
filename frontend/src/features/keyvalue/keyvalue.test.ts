import { expect, test } from "vitest";
import type { SignalView } from "../../api/generated/types.gen";
import { ancestorsOf, chosenFolder, folderFilter, withFolder } from "./folders";
import { hexDump } from "./hexDump";
import { formatDuration, formatSignal, signalTable } from "./signals";

test("bytes are laid out with their offset and what is printable", () => {
  const line = hexDump("6b 38 73 00 0a");
  expect(line).toMatch(/^00000000 {2}6b 38 73 00 0a {35}k8s··$/);
  const many = Array.from({ length: 33 }, () => "41").join(" ");
  expect(
    hexDump(many)
      .split("\n")
      .map((text) => text.slice(0, 8)),
  ).toEqual(["00000000", "00000010", "00000020"]);
  expect(hexDump("")).toBe("");
  expect(hexDump("zz 41", 8)).toContain("A");
});

test.each([
  [0.0042, "4.2 ms"],
  [0.5, "500 ms"],
  [1.5, "1.5 s"],
  [600, "10 min"],
  [14_400, "4 h"],
  [259_200, "3 d"],
])("%d seconds are %s", (seconds, words) => expect(formatDuration(seconds)).toBe(words));

test("a number has its signal's unit; an unknown one is none", () => {
  expect(formatSignal(95, "percent")).toBe("95%");
  expect(formatSignal(1024, "bytes")).toBe("1 KiB");
  expect(formatSignal(3, "count")).toBe("3");
  expect(formatSignal(null, "seconds")).toBeNull();
});

const signal = (id: string, member: string): SignalView => ({
  id,
  title: id,
  member,
  value: 1,
  unit: "count",
  threshold: 5,
  status: "ok",
  words: "",
  bound: "most",
  at: null,
});

test("signals stand in one line each, members beside each other; a silent member is a gap", () => {
  const table = signalTable([
    signal("quorum", ""),
    signal("slow", "b"),
    signal("slow", "a"),
    signal("space", "a"),
  ]);
  expect(table.members).toEqual(["a", "b"]);
  expect(table.lines.map(({ id }) => id)).toEqual(["slow", "space"]);
  expect(table.lines[1]?.byMember.has("b")).toBe(false);
  expect(table.lines[0]?.limit).toBe("≤ 5");
  const floor = signalTable([{ ...signal("use", "a"), unit: "percent", bound: "least" }]);
  expect(floor.lines[0]?.limit).toBe("≥ 5%");
});

test("a folder of the tree is a filter of the table that can be read back", () => {
  const search = withFolder({ q: "x", row: "r", filter: ["size>1"] }, "/config/my app/");
  expect(search).toEqual({ q: "x", filter: ["size>1", folderFilter("/config/my app/")] });
  expect(chosenFolder(search)).toBe("/config/my app/");
  expect(withFolder(search, undefined).filter).toEqual(["size>1"]);
  expect(chosenFolder({})).toBeUndefined();
  expect(chosenFolder({ filter: ["folder~config"] })).toBeUndefined();
  expect(folderFilter("/config/")).toBe("folder^=/config/");
});

test("the folders on the way to a key", () => {
  expect(ancestorsOf("/config/a/b")).toEqual(["/", "/config/", "/config/a/"]);
  expect(ancestorsOf("plain")).toEqual([]);
});
