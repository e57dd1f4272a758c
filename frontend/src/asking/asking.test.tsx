import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { ProblemNotice } from "../actions/ProblemNotice";
import type { AccessRequestRow, AccessRequestView } from "../api/generated/types.gen";
import { RequestPanel } from "../features/access/RequestPanel";
import { OwnRequests } from "../features/profile/OwnRequests";
import { learnClock } from "../format/clock";
import { NoAccess } from "../states/States";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole } from "../test/console";
import { AskAccess } from "./AskAccess";
import { kindOf } from "./Asking";
import { lengthOf } from "./lengths";

const REQUEST: AccessRequestView = {
  id: "r1",
  login: "ada",
  role: "",
  wanted: "pod:list",
  scope: "org/main",
  reason: "On call",
  seconds: 8 * 3600,
  state: "Pending",
  created: 1,
  decided: null,
  decided_by: "",
  answer: "",
  expires: null,
  row_version: 1,
};
const ROW: AccessRequestRow = { ...REQUEST, key: "r1", name: "Ada", healthy: false };
const KINDS = [{ kind: "pod", title: "Pods", verbs: ["list", "logs"] }];

let own: AccessRequestView[] = [];
let sent: { call: string; match: string | null; body: unknown }[] = [];

beforeEach(() => {
  own = [];
  sent = [];
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const call = `${options.method ?? "GET"} ${String(input).replace(/^.*\/api\/v1\//, "")}`;
    const permissions = { "access-request": ["list", "approve"] };
    if (call === "GET session") return Response.json({ ...SESSION, permissions });
    if (call === "GET kinds") return Response.json(KINDS);
    if (call === "GET grantors") return Response.json({ names: ["Olga"] });
    if (call === "GET access-requests/mine") return Response.json(own);
    if (call === "GET access-requests/r1")
      return Response.json({ ...REQUEST, row_version: 4, suits: ["viewer", "operator"] });
    if (call === "POST bindings/preview")
      return Response.json({
        role: "Viewer",
        rights: 3,
        gains: [],
        gains_total: 0,
        scopes: ["org/main"],
        people: 1,
      });
    const body = options.body ? JSON.parse(String(options.body)) : undefined;
    sent.push({ call, match: new Headers(options.headers).get("If-Match"), body });
    if (call === "POST access-requests") own = [REQUEST];
    return Response.json(REQUEST);
  });
});

const press = async (name: string) =>
  userEvent.click((await screen.findAllByRole("button", { name })).at(-1) as HTMLElement);

test("who meets a page they may not see asks for it there", async () => {
  await renderInConsole(<NoAccess what="Pods" ask={<AskAccess kind="pod" />} />);
  await press("Ask for access");
  await userEvent.type(await screen.findByLabelText(/What you need it for/), "On call");
  await expectAccessible();
  await press("Ask for access");
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toEqual({
    wanted: "pod:list",
    scope: "org/main",
    role: "",
    reason: "On call",
    seconds: 8 * 3600,
  });
  expect(await screen.findByText(/not decided yet/)).toBeDefined();
});

test("where an action is refused it is asked for above it, which stays as it is", async () => {
  const submitted = vi.fn();
  const needs = { kind: "pod", verb: "logs", scope: "org/main/cluster/c1" };
  const refused = { type: "about:blank", title: "No", detail: "You may not.", status: 403, needs };
  await renderInConsole(
    <form onSubmit={submitted}>
      <ProblemNotice problem={refused} />
      <ProblemNotice problem={{ ...refused, needs: { ...needs, upstream: "kubernetes/c1" } }} />
    </form>,
  );
  await press("Ask for access");
  expect(screen.getAllByText("You may not.")).toHaveLength(2);
  await userEvent.type(await screen.findByLabelText(/What you need it for/), "On call");
  await press("Ask for access");
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toMatchObject({ wanted: "pod:logs", scope: "org/main/cluster/c1" });
  expect(submitted).not.toHaveBeenCalled();
});

test("what was granted is over by the server's clock, not by the browser's", async () => {
  const told = { state: "Granted", decided: 2, decided_by: "Olga" } as const;
  const ends = Date.now() / 1000 + 1_800;
  own = [{ ...REQUEST, ...told, expires: ends }];
  learnClock(new Date(Date.now() + 3_600_000).toUTCString(), Date.now());
  try {
    await renderInConsole(<NoAccess what="Pods" ask={<AskAccess kind="pod" />} />);
    await screen.findByRole("button", { name: "Ask for access" });
    expect(screen.queryByText(/granted it until/)).toBeNull();
  } finally {
    learnClock(new Date().toUTCString(), Date.now());
  }
});

test("what became of it is said, and one can ask again", async () => {
  own = [{ ...REQUEST, state: "Refused", decided: 2, decided_by: "Olga", answer: "Ask Bob" }];
  await renderInConsole(<NoAccess what="Pods" ask={<AskAccess kind="pod" />} />);
  expect(await screen.findByText("Olga refused it.")).toBeDefined();
  expect(screen.getByText("Ask Bob")).toBeDefined();
  expect(screen.getByRole("button", { name: "Ask for access" })).toBeDefined();
});

test("nothing is offered where another system refuses", async () => {
  await renderInConsole(
    <>
      <AskAccess kind="pod" upstream="kubernetes/local" />
      <AskAccess />
      <OwnRequests />
    </>,
  );
  expect(await screen.findByText(/You have asked for nothing/)).toBeDefined();
  expect(screen.getAllByRole("button")).toHaveLength(1);
});

test("whoever decides sees what it would give, and grants it for a time", async () => {
  await renderInConsole(<RequestPanel request={ROW} />);
  expect(await screen.findByText(/ada holds Viewer at .+ until/)).toBeDefined();
  await press("Grant");
  expect(((await screen.findByLabelText(/^Ends/)) as HTMLSelectElement).value).toBe("hours8");
  expect(((await screen.findByLabelText(/^Role/)) as HTMLSelectElement).value).toBe("viewer");
  await expectAccessible();
  const before = Date.now() / 1000;
  await press("Grant");
  await waitFor(() => expect(sent).toHaveLength(1));
  const { call, match, body } = sent[0] as (typeof sent)[number];
  expect([call, match]).toEqual(["POST access-requests/r1/decision", '"4"']);
  const { expires, ...rest } = body as { expires: number };
  expect(rest).toEqual({ grant: true, role: "viewer", answer: "" });
  expect(expires).toBeGreaterThan(before + 7 * 3600);
});

test("it is refused with a word; nothing is offered of one that is decided", async () => {
  await renderInConsole(
    <>
      <RequestPanel request={ROW} />
      <RequestPanel request={{ ...ROW, key: "r2", state: "Granted" }} />
    </>,
  );
  await waitFor(() => expect(screen.getAllByRole("button", { name: "Grant" })).toHaveLength(1));
  await press("Refuse");
  await userEvent.type(await screen.findByLabelText("Word to who asked"), "Ask Bob");
  await press("Refuse");
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toEqual({ grant: false, answer: "Ask Bob" });
});

test("a hidden list is of the kind it is called by", () => {
  const kinds = ["pod", "repository", "activity"].map((kind) => ({ kind, title: "", verbs: [] }));
  expect(
    ["pods", "repositories", "activity", "deployments"].map((one) => kindOf(one, kinds)),
  ).toEqual(["pod", "repository", "activity", undefined]);
  expect([lengthOf(86_400), lengthOf(5)]).toEqual(["hours24", "hours8"]);
});
