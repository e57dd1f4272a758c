import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { DifferenceView, LicenceView } from "../../api/generated/types.gen";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import { Difference } from "./Difference";
import { LicencePage } from "./LicencePage";

const DAY = 86_400;
const ENDS = Date.UTC(2027, 11, 1, 12) / 1000;

const NONE: LicenceView = {
  state: "COMMUNITY",
  since: 0,
  demo: false,
  installation: "i",
  entitlements: [
    {
      name: "servers",
      limit: 10,
      count: 2,
      enforce: "hard",
      unit: "server",
      named: false,
      over: false,
      ceiling: null,
    },
    {
      name: "private_repositories",
      limit: null,
      count: null,
      enforce: "soft",
      unit: "repository",
      named: false,
      over: false,
      ceiling: null,
    },
  ],
  features: [],
  documents: [],
  sources: [
    { place: "environment", where: "CRATON_LICENCE", wins: false, licences: 0, error: "" },
    { place: "file", where: "CRATON_LICENCE_FILE", wins: false, licences: 0, error: "" },
    { place: "database", where: "", wins: false, licences: 0, error: "" },
  ],
  timeline: [{ state: "COMMUNITY", start: 1_796_000_000 }],
  clock: { now: 1_796_000_000, wall: 1_796_000_000, mark: 1_796_000_000, trust: "good" },
  history: [],
  stops: [
    {
      act: "connect-cluster",
      operations: ["POST /api/v1/connections"],
      entitlements: ["clusters"],
      feature: "",
      states: {
        VALID: "within-limit",
        EXPIRING: "within-limit",
        GRACE: "within-limit",
        DEGRADED: "within-ceiling",
        COMMUNITY: "within-community",
      },
    },
  ],
  always: ["workloads", "login"],
  acts: [{ act: "connect-cluster", allowed: true, reason: "", fix: "" }],
  keys: 1,
  keys_error: "",
  row_version: 1,
};

const VALID: LicenceView = {
  ...NONE,
  state: "VALID",
  demo: true,
  entitlements: NONE.entitlements.map((one) =>
    one.name === "servers" ? { ...one, limit: 1000, count: 412, named: true } : one,
  ),
  features: ["sso"],
  documents: [
    {
      id: "LIC-1",
      account: "ACC-1",
      issuer: "https://licences.example",
      edition: "premium",
      sequence: 1,
      not_before: "2026-11-21",
      expires_on: "2027-11-30",
      starts: 1,
      ends: ENDS,
      grace_ends: ENDS + 38 * DAY,
      phase: "VALID",
      by: "",
      trial: false,
      demo: true,
      key: "k",
      features: ["sso"],
      support: "",
      revoked: null,
      elsewhere: null,
      added: 1_796_000_000,
      added_by: "ada",
    },
  ],
  sources: NONE.sources.map((source) =>
    source.place === "file" ? { ...source, wins: true, licences: 1, error: "It was cut." } : source,
  ),
};

let answer: LicenceView = NONE;

beforeEach(() => {
  vi.stubGlobal("fetch", async (input: Request | string) => {
    const url = typeof input === "string" ? input : input.url;
    if (url.endsWith("/licence")) return Response.json(answer);
    return Response.json({
      ...SESSION,
      permissions: { ...SESSION.permissions, licence: ["get", "update"] },
    });
  });
});

test("without a licence the page says what that means", async () => {
  answer = NONE;
  await renderInConsole(<LicencePage />);
  expect(await screen.findByText(/none is needed up to ten servers/)).toBeTruthy();
  expect(screen.getByText(/everything works up to ten servers, 2 of 10 servers/)).toBeTruthy();
  const uncounted = document.querySelector('[data-meter="private_repositories"]');
  expect(uncounted?.textContent).toContain("Not counted yet");
  await expectAccessible();
});

test("state, count and grace stand in one sentence; a broken source is shown with what it kept", async () => {
  answer = VALID;
  await renderInConsole(<LicencePage />);
  expect(
    await screen.findByText(
      "Valid until November 30, 2027, 412 of 1,000 servers. 38 days of grace after that.",
    ),
  ).toBeTruthy();
  expect(screen.getByText(/signed by a throw-away key/)).toBeTruthy();
  expect(screen.getByText(/the last licences that could be stay in force/)).toBeTruthy();
  expect(screen.getByRole("meter", { name: "Servers" }).getAttribute("aria-valuenow")).toBe("41");
  const table = screen.getByRole("table");
  const row = within(table).getByRole("row", { name: /^Degraded/ });
  expect(row.textContent).toContain("Up to what there was when grace ended");
  await expectAccessible();
});

test("a licence is saved only after its difference was shown", async () => {
  answer = VALID;
  const user = userEvent.setup();
  await renderInConsole(<LicencePage />);
  await user.click(await screen.findByRole("button", { name: "Put a licence in" }));
  const dialogue = await screen.findByRole("dialog");
  expect(await within(dialogue).findByRole("button", { name: "Show what changes" })).toBeTruthy();
});

const DIFFERENCE: DifferenceView = {
  before: "VALID",
  after: "VALID",
  entitlements: [{ name: "servers", before: 1000, after: 50, way: "shrinks" }],
  features_added: [],
  features_removed: ["sso"],
  replaces: [["LIC-1", "LIC-2"]],
  documents: [],
  wins: false,
  wins_over: "file",
  row_version: 1,
};

test("what shrinks is said before it is saved, and what stands above", async () => {
  await import("../../i18n/licence");
  await renderInConsole(<Difference told={DIFFERENCE} />);
  expect(await screen.findByText("1,000 becomes 50: less than now")).toBeTruthy();
  expect(screen.getByText("sso goes")).toBeTruthy();
  expect(screen.getByText("LIC-2 replaces LIC-1")).toBeTruthy();
  expect(screen.getByText(/Mounted file holds licences and stands above/)).toBeTruthy();
});
