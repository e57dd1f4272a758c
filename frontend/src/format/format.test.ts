import { expect, test } from "vitest";
import {
  formatBytes,
  formatCores,
  formatPercent,
  isByteQuantity,
  readableQuantity,
} from "./numbers";
import { isOpaque, shortenMiddle } from "./shorten";
import { ageChangesIn, formatAge, isAhead, toUnix } from "./time";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [150 * 1024 * 1024, "150 MiB"],
  [16 * 1024 ** 3, "16 GiB"],
])("%d bytes read %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0, "0"],
  [0.25, "250m"],
  [1, "1"],
  [2.55, "2.6"],
  [0.0001, "<1m"],
])("%d cores read %s", (cores, text) => expect(formatCores(cores)).toBe(text));

test.each([
  [0, "0%"],
  [3.46, "3.5%"],
  [87.4, "87%"],
])("%d percent reads %s", (value, text) => expect(formatPercent(value)).toBe(text));

test.each([
  [-3, "0s"],
  [119, "119s"],
  [121, "2m"],
  [119 * 60, "119m"],
  [3 * 3600, "3h"],
  [50 * 3600, "2d"],
  [729 * 86_400, "729d"],
  [17_133 * 86_400, "46y"],
])("an age of %d seconds reads %s", (age, text) => expect(formatAge(age)).toBe(text));

test("an age of years is looked at again, but not at once", () => {
  const wait = ageChangesIn(17_133 * 86_400);
  expect(wait).toBeGreaterThan(1_000);
  expect(wait).toBeLessThan(2 ** 31);
});

test("an age asks to be read again just when it changes", () => {
  expect(ageChangesIn(10.25)).toBe(750);
  expect(ageChangesIn(150)).toBe(30_000);
  expect([ageChangesIn(-10.75), ageChangesIn(-165)]).toEqual([750, 45_000]);
});

test("times are read from numbers and RFC 3339, nothing else", () => {
  expect(toUnix(12)).toBe(12);
  expect(toUnix("1970-01-01T00:00:10Z")).toBe(10);
  expect(toUnix("soon")).toBeNull();
  expect(toUnix(null)).toBeNull();
});

test("digests and ids are shortened in the middle, words are not", () => {
  const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
  expect(isOpaque(digest)).toBe(true);
  expect(shortenMiddle(digest)).toBe("sha256:0123456…9abcdef");
  expect(isOpaque("web-7c9d8f-x2x4z")).toBe(false);
});

test("quantities are bytes or cores by their column", () => {
  expect(isByteQuantity("memory_requested")).toBe(true);
  expect(isByteQuantity("cpu_capacity")).toBe(false);
});

test("amounts of Kubernetes are shown in the units used everywhere else", () => {
  expect(readableQuantity("32654432Ki")).toBe("31.1 GiB");
  expect(readableQuantity("92Gi")).toBe("92 GiB");
  expect(readableQuantity("512Mi of 2Gi used")).toBe("512 MiB of 2 GiB used");
  for (const text of ["500m", "4", "fra-1Gib", "v1.2Gi-x"])
    expect(readableQuantity(text)).toBe(text);
});

test.each([
  [-299, false],
  [-301, true],
  [12, false],
])("an age of %d seconds is of a time to come: %s", (age, ahead) =>
  expect(isAhead(age)).toBe(ahead),
);
