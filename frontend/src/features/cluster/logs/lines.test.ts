import { expect, test } from "vitest";
import { isEvent, Kept, type LogLine, levelOf, MOST_KEPT, Splitter } from "./lines";

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
