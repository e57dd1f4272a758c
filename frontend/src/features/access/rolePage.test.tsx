import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { RightKind, RoleImpact, RoleView } from "../../api/generated/types.gen";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import { inAreas } from "./areas";
import { RoleParts } from "./RoleParts";

const KINDS: RightKind[] = [
  { kind: "pod", title: "Pods", verbs: ["get", "list", "exec"] },
  { kind: "secret", title: "Secrets", verbs: ["get", "reveal"] },
  { kind: "invented", title: "Invented things", verbs: ["get"] },
];
const ROLE: RoleView = {
  id: "shop",
  title: "Shop",
  built_in: false,
  rights: ["pod:get", "pod:list"],
  idle: ["invoice:get"],
  created: 1,
  row_version: 3,
};
const IMPACT: RoleImpact = {
  grants: ["pod:exec"],
  takes: ["pod:list"],
  idle: ["invoice:get"],
  holders: [
    {
      binding: "b1",
      subject_kind: "team",
      subject: "blue",
      scope: "org/main",
      expires: null,
      people: 2,
    },
  ],
  holders_total: 1,
  hidden: 1,
  people: ["ada", "bob"],
  people_total: 2,
};

let may: string[] = [];
let sent: { call: string; match: string | null; body: Record<string, unknown> }[] = [];
let answer: (call: string) => Response | undefined;

beforeEach(() => {
  may = ["list", "create", "update", "delete"];
  sent = [];
  answer = () => undefined;
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const call = `${options.method ?? "GET"} ${String(input).replace(/^.*\/api\/v1\//, "")}`;
    if (call === "GET session") return Response.json({ ...SESSION, permissions: { role: may } });
    if (call === "GET grantors") return Response.json({ names: ["Olga"] });
    if (call === "POST roles/shop/impact") return Response.json(IMPACT);
    const body = options.body ? JSON.parse(String(options.body)) : undefined;
    sent.push({ call, match: new Headers(options.headers).get("If-Match"), body });
    return answer(call) ?? Response.json({ ...ROLE, row_version: 4 });
  });
});

const button = (name: string) => screen.findByRole("button", { name });
const press = async (name: string) => userEvent.click(await button(name));

test("what a role may do is told by area, with what nothing knows", async () => {
  await renderInConsole(<RoleParts role={ROLE} kinds={KINDS} />);
  expect(await screen.findByRole("heading", { name: "Workloads" })).toBeDefined();
  expect(screen.getByText("get, list")).toBeDefined();
  expect(screen.getByText("invoice:get")).toBeDefined();
  expect(screen.queryByText("Secrets")).toBeNull();
  await expectAccessible();
});

test("a role that cannot be changed says why", async () => {
  await renderInConsole(<RoleParts role={{ ...ROLE, built_in: true }} kinds={KINDS} />);
  expect(((await button("Edit")) as HTMLButtonElement).disabled).toBe(true);
  expect(screen.getByText(/Built-in roles stay as they are/)).toBeDefined();
  expect(screen.queryByRole("button", { name: "Remove" })).toBeNull();
});

test("who may not change roles is told who can grant that", async () => {
  may = ["list"];
  await renderInConsole(<RoleParts role={ROLE} kinds={KINDS} />);
  expect(((await button("Edit")) as HTMLButtonElement).disabled).toBe(true);
  expect(await screen.findByText("Olga")).toBeDefined();
  expect(screen.queryByRole("button", { name: "Copy" })).toBeNull();
});

test("an edit can be saved once it was shown what it grants and takes, and from whom", async () => {
  await renderInConsole(<RoleParts role={ROLE} kinds={KINDS} />);
  await press("Edit");
  const pods = within(await screen.findByRole("group", { name: /Pods/ }));
  await userEvent.click(pods.getByRole("checkbox", { name: "exec" }));
  await userEvent.click(pods.getByRole("checkbox", { name: "list" }));
  expect(((await button("Save")) as HTMLButtonElement).disabled).toBe(true);
  await press("Show what changes");
  expect(await screen.findByText(/what 2 grants of the role give/)).toBeDefined();
  expect(screen.getByText(/and 1 grant that you may not see/)).toBeDefined();
  expect(screen.getByText(/2 people: ada, bob/)).toBeDefined();
  await expectAccessible();
  await press("Save");
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({
    call: "PATCH roles/shop",
    match: '"3"',
    body: { rights: ["pod:get", "pod:exec", "invoice:get"] },
  });
});

test("what somebody else changed of it stands beside one's own", async () => {
  await renderInConsole(<RoleParts role={ROLE} kinds={KINDS} />);
  await press("Edit");
  const pods = within(await screen.findByRole("group", { name: /Pods/ }));
  await userEvent.click(pods.getByRole("checkbox", { name: "exec" }));
  await press("Show what changes");
  const current = { ...ROLE, rights: ["pod:get", "secret:get"], row_version: 9 };
  answer = () => Response.json({ title: "Changed", detail: "x", current }, { status: 412 });
  await screen.findByText(/what 2 grants of the role give/); // until then it cannot be saved
  await press("Save");
  const theirs = await screen.findByRole("grid");
  expect(within(theirs).getByText("Secrets")).toBeDefined();
  answer = () => undefined;
  await press("Show what changes");
  await screen.findByText(/what 2 grants of the role give/);
  await press("Save");
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]).toMatchObject({ match: '"9"' });
  expect(sent[1]?.body).toEqual({
    rights: expect.arrayContaining(["pod:exec", "secret:get", "invoice:get"]),
  });
});

test("a kind that no area names is shown with the console's own", () => {
  const areas = inAreas(KINDS, ({ verbs }) => verbs);
  expect(areas.map(({ title }) => title)).toEqual([
    "access.area.workloads",
    "access.area.cluster",
    "access.area.other",
  ]);
});
