import { expect, test } from "vitest";
import { toneOf, wordOf } from "./tone";

test.each([
  ["Running", "ok"],
  ["Ready", "ok"],
  ["Completed", "ok"],
  ["Pending", "busy"],
  ["Init:0/2", "busy"],
  ["Terminating", "busy"],
  ["CrashLoopBackOff", "bad"],
  ["Init:CrashLoopBackOff", "bad"],
  ["ImagePullBackOff", "bad"],
  ["OOMKilled", "bad"],
  ["NotReady", "bad"],
  ["Ready,SchedulingDisabled", "warn"],
  ["NotReady,SchedulingDisabled", "bad"],
  ["DiskPressure", "warn"],
  ["denied", "denied"],
  ["Suspended", "off"],
  ["on", "ok"],
  ["Reachable", "ok"],
  ["allowed", "ok"],
  ["Whatever", "unknown"],
])("%s is %s", (word, tone) => expect(toneOf(word)).toBe(tone));

test.each([
  ["healthy", "Healthy"],
  ["NotReady", "Not ready"],
  ["CrashLoopBackOff", "CrashLoopBackOff"],
  ["no leader", "No leader"],
])("%s is written %s", (word, shown) => expect(wordOf(word)).toBe(shown));
