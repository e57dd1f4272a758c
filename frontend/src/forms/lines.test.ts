import { expect, test } from "vitest";
import { linesBetween } from "./lines";

const told = (before: string, after: string) =>
  linesBetween(before, after)?.map(({ kind, text, count }) =>
    kind === "left" ? `… ${count}` : `${{ added: "+", removed: "-", same: " " }[kind]}${text}`,
  );

test("what changed stands among what is around it, the rest is counted", () => {
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  const after = lines.with(10, "another").join("\n");
  expect(told(lines.join("\n"), after)).toEqual([
    "… 7",
    " line 7",
    " line 8",
    " line 9",
    "-line 10",
    "+another",
    " line 11",
    " line 12",
    " line 13",
    "… 6",
  ]);
});

test("an end of line that came or went is a change, a text that is all new too", () => {
  expect(told("a\n", "a")).toEqual(["-a", "+a"]);
  expect(told("", "a\nb")).toEqual(["+a", "+b"]);
});

test("what differs too much is not compared", () => {
  const many = (word: string) => Array.from({ length: 3_000 }, (_, at) => word + at).join("\n");
  expect(linesBetween(many("a"), many("b"))).toBeNull();
});
