import { expect, test } from "vitest";
import { logLine } from "./logLine";

test("a structured line reads as time, level, words, then the rest", () => {
  const line = JSON.stringify({
    level: "warn",
    ts: "2026-11-28T03:26:18.482913Z",
    caller: "wal/wal.go:805",
    msg: "slow fdatasync",
    took: "1.2s",
    reason: "disk is busy",
    count: 3,
  });
  expect(logLine(line)).toBe(
    '03:26:18.482 warn slow fdatasync caller=wal/wal.go:805 took=1.2s reason="disk is busy" count=3',
  );
});

test("what is no JSON object stays as it is", () => {
  for (const line of ["I1128 03:26:18 server.go:1] ready", "{broken", "[1]", ""])
    expect(logLine(line)).toBe(line);
});
