import { expect, test } from "vitest";
import { columnsOf, fieldsOf } from "./columns";
import { found, isEvent, Kept, type LogLine, levelOf, MOST_KEPT, Splitter } from "./lines";

const line = (text: string): LogLine => ({ pod: "p", container: "c", at: "", text });

test("lines are found whatever pieces they come in, also in the midst of a letter", () => {
  const bytes = new TextEncoder().encode(
    `${JSON.stringify(line("naïve ☃"))}\n\n${JSON.stringify({ event: "ended" })}\n{"pod"`,
  );
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const splitter = new Splitter();
    const found = [];
    for (let at = 0; at < bytes.length; at += size)
      found.push(...splitter.feed(bytes.slice(at, at + size)));
    expect(found).toEqual([line("naïve ☃"), { event: "ended" }]);
    expect(found.map(isEvent)).toEqual([false, true]);
  }
});

test("the newest lines are kept, and how many are not is known", () => {
  const kept = new Kept();
  for (let start = 0; start < 100_000; start += 1000)
    kept.add(Array.from({ length: 1000 }, (_, n) => line(String(start + n))));
  expect(kept.all.length).toBeGreaterThanOrEqual(MOST_KEPT);
  expect(kept.all.length).toBeLessThanOrEqual(MOST_KEPT * 1.25);
  expect(kept.all.length + kept.dropped).toBe(100_000);
  expect(kept.all.at(-1)).toEqual(line("99999"));
  expect(kept.all[0]).toEqual(line(String(kept.dropped)));
});

test.each([
  ['{"level":"error","message":"no"}', "bad"],
  ["WARNING: low", "warn"],
  ["debug: all is well", "off"],
  ["terrors of the deep", undefined],
  [`${"x".repeat(200)} error`, undefined],
])("how grave %s is", (text, level) => {
  expect(levelOf(text)).toBe(level);
});

test("what is found stands among the lines around it, and what is between is counted", () => {
  const items = [..."aXbcdefXXg"].map(line);
  const words = (around: number) =>
    found(items, "x", around).shown.map((one) =>
      "gap" in one ? `+${one.gap}` : isEvent(one) ? one.event : one.text,
    );
  expect(words(0)).toEqual(["X", "X", "X"]);
  expect(words(1)).toEqual(["a", "X", "b", "+3", "f", "X", "X", "g"]);
  expect(words(9).join("")).toBe("aXbcdefXXg");
  expect(found(items, "x", 1).count).toBe(3);
  const told = [line("a"), { event: "restarted" } as const, line("b"), line("x")];
  expect(found(told, "x", 0).shown).toEqual([told[1], told[3]]);
});

test("the fields of JSON lines are columns, the message last", () => {
  const items = [
    line('{"msg":"one","level":"info","n":1}'),
    line("no JSON"),
    line('{"msg":"two","level":"warn"}'),
    line('["no", "object"]'),
  ];
  expect(columnsOf(items)).toEqual(["level", "n", "msg"]);
  expect(columnsOf([line("plain")])).toEqual([]);
  expect(fieldsOf('{"a":1}')).toEqual({ a: 1 });
  expect(fieldsOf("{broken")).toBeNull();
});
