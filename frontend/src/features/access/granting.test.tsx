import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { BindingRow } from "../../api/generated/types.gen";
import { formatExact } from "../../format/time";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import { endFields, endOf, NEVER } from "./ends";
import { BindingActions, GrantButton } from "./RowActions";

const HOUR = 3600;
const soon = Math.round(Date.now() / 1000) + HOUR;
const HELD: BindingRow = {
  key: "b1",
  subject_kind: "user",
  subject: "ada",
  role: "viewer",
  scope: "org/main",
  expires: soon,
  reason: "On call",
  created: 1,
  created_by: "owner",
  row_version: 3,
};
const ROLES = [
  { id: "viewer", title: "Viewer", built_in: true, may_give: true },
  { id: "owner", title: "Owner", built_in: true, may_give: false },
];
const PREVIEW = {
  role: "Viewer",
  rights: 3,
  gains: [{ kind: "pod", title: "Pods", verbs: ["get", "list"] }],
  gains_total: 2,
  scopes: ["org/main"],
  people: 1,
};

let sent: { call: string; match: string | null; body: Record<string, unknown> }[] = [];
let answer: (call: string) => Response | undefined;

beforeEach(() => {
  sent = [];
  answer = () => undefined;
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const call = `${options.method ?? "GET"} ${String(input).replace(/^.*\/api\/v1\//, "")}`;
    const permissions = { binding: ["list", "create", "update", "delete"] };
    if (call === "GET session") return Response.json({ ...SESSION, permissions });
    if (call.startsWith("GET roles")) return Response.json(ROLES);
    if (call === "POST bindings/preview") return Response.json(PREVIEW);
    const body = options.body ? JSON.parse(String(options.body)) : undefined;
    sent.push({ call, match: new Headers(options.headers).get("If-Match"), body });
    return answer(call) ?? Response.json({ ...HELD, id: "b1", row_version: 4 });
  });
});

const press = async (name: string) =>
  userEvent.click((await screen.findAllByRole("button", { name })).at(-1) as HTMLElement);

test("a role is granted for a time, after it was shown what that gives", async () => {
  await renderInConsole(<GrantButton />);
  await press("Grant role");
  await userEvent.type(await screen.findByLabelText(/^Who/), "ada");
  await userEvent.selectOptions(await screen.findByLabelText(/^Ends/), "hours8");
  const owner = await screen.findByRole("option", { name: /Owner: you do not hold/ });
  expect((owner as HTMLOptionElement).disabled).toBe(true);
  await press("Show what it gives");
  expect(await screen.findByText(/ada holds Viewer at .+ until/)).toBeDefined();
  expect(screen.getByText("Pods")).toBeDefined();
  await expectAccessible();
  const before = Date.now() / 1000;
  await press("Grant role");
  await waitFor(() => expect(sent).toHaveLength(1));
  const { expires, ...body } = sent[0]?.body ?? {};
  expect(body).toEqual({
    subject: "ada",
    subject_kind: "user",
    scope: "org/main",
    role: "viewer",
    reason: "",
  });
  expect(Number(expires)).toBeGreaterThanOrEqual(Math.floor(before) + 8 * HOUR);
  expect(Number(expires)).toBeLessThan(before + 9 * HOUR);
});

test("only what was changed of a grant is sent, and undone", async () => {
  await renderInConsole(<BindingActions binding={HELD} />);
  await press("Change end");
  const reason = await screen.findByLabelText(/^Reason/);
  await userEvent.clear(reason);
  await userEvent.type(reason, "Holiday");
  await press("Save");
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({ call: "PATCH bindings/b1", match: '"3"', body: { reason: "Holiday" } });
  await press("Undo");
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]?.body).toEqual({ expires: soon, reason: "On call" });
  expect(sent[1]?.match).toBe('"4"');
});

test("an end that somebody else changed meanwhile stands beside one's own", async () => {
  const theirs = soon + 24 * HOUR;
  await renderInConsole(<BindingActions binding={HELD} />);
  await press("Change end");
  await userEvent.selectOptions(await screen.findByLabelText(/^Ends/), NEVER);
  const current = { ...HELD, id: "b1", expires: theirs, row_version: 9 };
  answer = () => Response.json({ title: "Changed", detail: "x", current }, { status: 412 });
  await press("Save");
  expect(await screen.findByText(formatExact(theirs))).toBeDefined();
  answer = () => undefined;
  await press("Save again");
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]).toMatchObject({ match: '"9"', body: { expires: null } });
});

test("an end is a time by the clock, or none", () => {
  const now = Date.now() / 1000;
  expect(endOf(NEVER)).toBeNull();
  expect(Math.abs((endOf("days7") ?? 0) - now - 7 * 24 * HOUR)).toBeLessThan(60);
  expect(Math.abs((endOf("days", 3) ?? 0) - now - 3 * 24 * HOUR)).toBeLessThan(60);
  expect(endFields({ expires: "days" }, NEVER).map(({ id }) => id)).toEqual(["expires", "days"]);
});
