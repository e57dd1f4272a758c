import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faviconOf } from "./favicon";

const page = readFileSync("index.html", "utf8");
const plain = /rel="icon" href="([^"]+)"/.exec(page)?.[1] ?? "";

test.each(["warn", "bad", "offline"] as const)(
  "the icon of %s is the page's own with a badge",
  (mood) => {
    const drawing = (icon: string) => {
      const text = decodeURIComponent(icon.replace("data:image/svg+xml,", ""));
      const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
      expect(parsed.querySelector("parsererror")).toBeNull();
      return [...parsed.documentElement.children].map((part) => part.outerHTML);
    };
    const badged = drawing(faviconOf(plain, mood));
    expect(badged.slice(0, -1)).toEqual(drawing(plain));
    expect(badged).toHaveLength(5);
    expect(faviconOf(plain, "well")).toBe(plain);
  },
);
