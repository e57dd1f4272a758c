import "../i18n/profile";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import type { UserRow } from "../api/generated/types.gen";
import { PersonActions } from "../features/access/RowActions";
import { changeOwnPassword } from "../features/profile/password";
import { forgetNews } from "../shell/news";
import Toasts from "../shell/Toasts";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole } from "../test/console";
import { ActionButton, ActionHost } from "./ActionHost";

const ADA: UserRow = {
  key: "u1",
  login: "ada",
  name: "Ada",
  status: "Active",
  second_factors: "None",
  disabled: false,
  created: 1,
  row_version: 3,
};
const VIEW = { id: "u1", login: "ada", name: "Ada", disabled: true, created: 1, row_version: 4 };

interface Sent {
  call: string;
  match: string | null;
  body: unknown;
}

let sent: Sent[] = [];
let answer: (call: string) => Response | Promise<Response> | undefined;

beforeEach(() => {
  sent = [];
  answer = () => undefined;
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const call = `${options.method ?? "GET"} ${String(input).replace(/^.*\/api\/v1\//, "")}`;
    if (call === "GET session")
      return Response.json({
        ...SESSION,
        permissions: { user: ["update", "delete"], binding: ["list"] },
      });
    const body = options.body ? JSON.parse(String(options.body)) : undefined;
    sent.push({ call, match: new Headers(options.headers).get("If-Match"), body });
    return (
      (await answer(call)) ??
      Response.json(VIEW, { headers: { "X-Request-Id": `r${sent.length}` } })
    );
  });
});

const button = (name: string) => screen.findByRole("button", { name });
const dialogue = () => screen.findByRole("dialog");

async function begin(verb: string) {
  await renderInConsole(<PersonActions person={ADA} />);
  await userEvent.click(await button(verb));
  await dialogue();
}

const confirm = async (verb: string) =>
  userEvent.click((await screen.findAllByRole("button", { name: verb })).at(-1) as HTMLElement);

test("done says where it is recorded and can be undone against the new version", async () => {
  await begin("Switch off");
  await expectAccessible();
  await confirm("Switch off");
  const entry = await screen.findByRole("link", { name: "Show the record in Activity" });
  expect(entry.getAttribute("href")).toContain(encodeURIComponent('request="r1"'));
  expect(sent[0]).toEqual({ call: "PATCH users/u1", match: '"3"', body: { disabled: true } });
  await userEvent.click(await button("Undo"));
  expect(await screen.findByText("Undone.")).toBeDefined();
  expect(sent[1]).toEqual({ call: "PATCH users/u1", match: '"4"', body: { disabled: false } });
});

let change: (person: UserRow) => void = () => undefined;

/** A row that changes while its actions are open. */
function Live() {
  const [person, setPerson] = useState(ADA);
  change = setPerson;
  return <PersonActions person={person} />;
}

test("a row that changes under the dialogue changes neither what is confirmed nor the version", async () => {
  await renderInConsole(<Live />);
  await userEvent.click(await button("Switch off"));
  await dialogue();
  act(() => change({ ...ADA, disabled: true, row_version: 7 }));
  await screen.findByText("Switch off ada?");
  await confirm("Switch off");
  expect(await screen.findByText("Switch off: ada")).toBeDefined();
  expect(sent[0]).toMatchObject({ match: '"3"', body: { disabled: true } });
});

let remove: () => void = () => undefined;

/** A row that goes while its actions are open. */
function Passing() {
  const [there, setThere] = useState(true);
  remove = () => setThere(false);
  return there && <PersonActions person={ADA} />;
}

test("the result stays when the row it is about goes, and can still be undone", async () => {
  await renderInConsole(<Passing />);
  await userEvent.click(await button("Switch off"));
  await dialogue();
  await confirm("Switch off");
  await screen.findByText("Done.");
  act(() => remove());
  await userEvent.click(await button("Undo"));
  expect(await screen.findByText("Undone.")).toBeDefined();
});

test("what somebody else changed is said, and it can be done to the present version", async () => {
  await begin("Switch off");
  const current = { ...VIEW, row_version: 9 };
  answer = () => Response.json({ title: "Changed", detail: "Changed.", current }, { status: 412 });
  await confirm("Switch off");
  await button("Do it anyway");
  answer = () => undefined;
  await confirm("Do it anyway");
  expect(await screen.findByText("Done.")).toBeDefined();
  expect(sent.at(-1)?.match).toBe('"9"');
});

test("a field's error stands at the field and what was typed is kept", async () => {
  await renderInConsole(<ActionButton action={changeOwnPassword} target={null} name="" />);
  await userEvent.click(await button("Change password"));
  await userEvent.type(await screen.findByLabelText(/Present password/), "old");
  const errors = [{ field: "password", message: "too common" }];
  answer = () => Response.json({ title: "Invalid", detail: "x", errors }, { status: 422 });
  const input = await screen.findByLabelText(/New password/);
  await userEvent.type(input, "hunter2");
  await confirm("Change password");
  expect(await screen.findByText("too common")).toBeDefined();
  expect((input as HTMLInputElement).value).toBe("hunter2");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a missing right is named, with the way to who can grant it", async () => {
  await begin("Switch off");
  const needs = { kind: "user", verb: "update" };
  answer = () => Response.json({ title: "No", detail: "You may not.", needs }, { status: 403 });
  await confirm("Switch off");
  expect(await screen.findByText(/The missing right: update user/)).toBeDefined();
  expect(screen.getByRole("link", { name: "Who can grant it" })).toBeDefined();
});

test("what would go is counted and linked, and the name is typed before", async () => {
  answer = (call) => (call.startsWith("GET") ? Response.json({ rows: [], total: 2 }) : undefined);
  await begin("Remove");
  const link = await screen.findByRole("link", { name: "2 role bindings" });
  expect(link.getAttribute("href")).toContain("/access/bindings?filter=");
  const remove = (await screen.findAllByRole("button", { name: "Remove" })).at(-1);
  expect((remove as HTMLButtonElement).disabled).toBe(true);
  await userEvent.type(await screen.findByLabelText(/Type the name/), "ada");
  await confirm("Remove");
  expect(await screen.findByText("Done.")).toBeDefined();
  expect(sent.map(({ call }) => call)).toContain("DELETE users/u1");
});

test("what the viewer may not do is not offered", async () => {
  await renderInConsole(<PersonActions person={ADA} />);
  await button("Switch off");
  expect(screen.queryByRole("button", { name: "Grant role" })).toBeNull();
});

test("while it is under way it can be neither left nor done twice, and its undo neither", async () => {
  await begin("Switch off");
  let arrive: () => void = () => undefined;
  const slow = () =>
    new Promise<Response>((resolve) => {
      arrive = () => resolve(Response.json(VIEW, { headers: { "X-Request-Id": "r" } }));
    });
  answer = slow;
  await confirm("Switch off");
  await waitFor(() => expect(sent).toHaveLength(1));
  await userEvent.keyboard("{Escape}");
  await userEvent.click(await button("Close"));
  expect((await button("Cancel")) as HTMLButtonElement).toHaveProperty("disabled", true);
  act(() => arrive());
  const undo = await button("Undo");
  await userEvent.click(undo);
  await waitFor(() => expect(sent).toHaveLength(2));
  await waitFor(() => expect(undo).toHaveProperty("disabled", true));
  await userEvent.keyboard("{Escape}");
  act(() => arrive());
  expect(await screen.findByText("Undone.")).toBeDefined();
});

let leave: () => void = () => undefined;

/** Actions that go with their page, and what is told elsewhere. */
function Page() {
  const [there, setThere] = useState(true);
  leave = () => setThere(false);
  return (
    <>
      {there && (
        <ActionHost>
          <PersonActions person={ADA} />
        </ActionHost>
      )}
      <Toasts />
    </>
  );
}

test("the result of an action whose page was left is told as news", async () => {
  act(() => forgetNews());
  let arrive: () => void = () => undefined;
  await renderInConsole(<Page />);
  await userEvent.click(await button("Switch off"));
  await dialogue();
  answer = () =>
    new Promise<Response>((resolve) => {
      arrive = () => resolve(Response.json(VIEW, { headers: { "X-Request-Id": "r" } }));
    });
  await confirm("Switch off");
  await waitFor(() => expect(sent).toHaveLength(1));
  act(() => leave());
  act(() => arrive());
  expect(await screen.findByText("Switch off: ada")).toBeDefined();
  answer = () => undefined;
  await userEvent.click(await button("Undo"));
  expect(await screen.findByText(/Switch off: ada: Undone/)).toBeDefined();
  expect(sent[1]).toEqual({ call: "PATCH users/u1", match: '"4"', body: { disabled: false } });
});
