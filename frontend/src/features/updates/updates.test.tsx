import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { GroupView, Row } from "../../api/generated/types.gen";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import "../../i18n/updates";
import { RowActions } from "./RowActions";

const ROW: Row = { key: "7", name: "web", updates: "on", application_id: "1" };
const GROUP: GroupView = {
  id: 7,
  application_id: 1,
  name: "web",
  description: "",
  track: "stable",
  arch: "amd64",
  channel: { id: 3, name: "stable", package: { id: 9, release: "4230.2.1" } },
  policy: {
    enabled: true,
    max_updates_per_period: 1,
    period_seconds: 900,
    update_timeout_seconds: 3600,
    brake_after: 0,
    schedule: { spread: "all", percent: 100, duration_seconds: 86_400, frame_seconds: 60 },
    waves: [],
  },
  rollout: null,
  machines: 12,
  created_at: 1,
  updated_at: 1,
  version: 4,
};

interface Sent {
  call: string;
  match: string | null;
  body: unknown;
}

let sent: Sent[] = [];
let stored = GROUP;
let answer: (call: string) => Response | undefined = () => undefined;

beforeEach(() => {
  sessionStorage.clear();
  sent = [];
  stored = GROUP;
  answer = () => undefined;
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const call = `${options.method ?? "GET"} ${String(input).replace(/^.*\/api\/v1\//, "")}`;
    if (call === "GET session")
      return Response.json({
        ...SESSION,
        permissions: { "update-group": ["update", "delete", "pause"] },
      });
    if (call.startsWith("GET collections/")) return Response.json({ rows: [], total: 0 });
    if (call === "GET updates/groups/7") return Response.json(stored);
    const body = options.body ? JSON.parse(String(options.body)) : undefined;
    const match = new Headers(options.headers).get("If-Match");
    sent.push({ call, match, body });
    const special = answer(call);
    if (special) return special;
    stored = { ...stored, version: stored.version + 1 };
    return Response.json(stored, { headers: { "X-Request-Id": `r${sent.length}` } });
  });
});

const press = async (name: string) =>
  userEvent.click((await screen.findAllByRole("button", { name })).at(-1) as HTMLElement);

async function begin(verb: string) {
  await renderInConsole(<RowActions table="groups" row={ROW} />);
  await press(verb);
  await screen.findByRole("dialog");
}

test("a policy's form sends what was changed against what was read, and is undone", async () => {
  await begin("Policy");
  const most = await screen.findByLabelText("Machines per period");
  expect(await screen.findByRole("link", { name: "12 machines" })).toBeDefined();
  await expectAccessible();
  await userEvent.clear(most);
  await userEvent.type(most, "5");
  await press("Save");
  expect(await screen.findByText("Done.")).toBeDefined();
  expect(sent[0]).toEqual({
    call: "PATCH updates/groups/7/policy",
    match: '"4"',
    body: { max_updates_per_period: 5 },
  });
  await press("Undo");
  expect(await screen.findByText("Undone.")).toBeDefined();
  expect(sent[1]).toEqual({
    call: "PATCH updates/groups/7/policy",
    match: '"5"',
    body: { max_updates_per_period: 1 },
  });
});

test("what the API would refuse is said at the field and not sent", async () => {
  await begin("Policy");
  const percent = await screen.findByLabelText("Percent of the machines");
  await userEvent.clear(percent);
  await userEvent.type(percent, "140");
  await press("Save");
  expect(await screen.findByText("At most 100.")).toBeDefined();
  expect(document.activeElement).toBe(percent);
  expect(sent).toEqual([]);
});

test("somebody else's change of a group stands beside one's own, and both are kept", async () => {
  await begin("Edit");
  const track = await screen.findByLabelText(/Track/);
  await userEvent.clear(track);
  await userEvent.type(track, "beta");
  // By the group's id: another one may be called the same.
  expect(sessionStorage.getItem("craton.draft.group.update.7")).toContain("beta");
  const current = { ...GROUP, version: 8, description: "theirs", track: "alpha" };
  answer = () => Response.json({ title: "Changed", detail: "Changed.", current }, { status: 412 });
  await press("Save");
  expect(await screen.findByRole("radio", { name: "Theirs alpha" })).toBeDefined();
  expect(screen.getByRole("radio", { name: "Yours beta" })).toHaveProperty("checked", true);
  expect(screen.getByRole("radio", { name: "Theirs theirs" })).toHaveProperty("checked", true);
  answer = () => undefined;
  await press("Save again");
  expect(await screen.findByText("Done.")).toBeDefined();
  expect(sent.at(-1)).toEqual({
    call: "PATCH updates/groups/7",
    match: '"8"',
    body: { track: "beta" },
  });
});
