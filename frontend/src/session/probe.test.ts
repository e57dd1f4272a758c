import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { SESSION } from "../test/answers";
import { probeSession } from "./probe";

const OWN = "https://craton.invalid/problems/unavailable";

test.each([
  ["the session", () => Response.json(SESSION), "alive"],
  ["a refusal", () => Response.json({ title: "Who?" }, { status: 401 }), "ended"],
  ["a proxy's 502", () => new Response("<html>", { status: 502 }), "unanswered"],
  ["its own 503", () => Response.json({ type: OWN, title: "Busy" }, { status: 503 }), "alive"],
  ["nothing", () => Promise.reject(new TypeError("Failed to fetch")), "unanswered"],
] as const)("answered with %s", async (_, answer, expected) => {
  vi.stubGlobal("fetch", async () => answer());
  expect(await probeSession(new QueryClient())).toBe(expected);
});
