import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { UserRow } from "../api/generated/types.gen";
import { PeopleBulk } from "../features/access/BulkActions";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole } from "../test/console";
import { outcomeOf } from "./inBulk";

const person = (login: string, more: Partial<UserRow> = {}): UserRow => ({
  key: `u-${login}`,
  login,
  name: "",
  created: 1,
  disabled: false,
  status: "active",
  second_factors: "None",
  row_version: 3,
  ...more,
});

const PEOPLE = [
  person("ada"),
  person("bob"),
  person("eve"),
  person("gone", { disabled: true }),
  person("zoe"),
];

let sent: string[] = [];
let asked: string[] = [];
let dropped: readonly string[] = [];

beforeEach(() => {
  sessionStorage.clear();
  sent = [];
  asked = [];
  dropped = [];
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const call = `${options.method ?? "GET"} ${String(input).replace(/^.*\/api\/v1\//, "")}`;
    if (call === "GET session")
      return Response.json({ ...SESSION, permissions: { user: ["update"] } });
    if (call.startsWith("GET permitted/users")) {
      asked.push(call);
      const keys = new URLSearchParams(call.split("?")[1]).getAll("key");
      return Response.json({ keys: keys.filter((key) => key !== "u-zoe") });
    }
    sent.push(`${call} ${options.body ?? ""}`);
    if (call === "PATCH users/u-bob")
      return Response.json({ title: "Changed", detail: "Somebody was faster." }, { status: 412 });
    const id = call.replace(/.*\//, "");
    const view = { id, login: id.slice(2), row_version: 4, disabled: true };
    return Response.json(view, { headers: { "X-Request-Id": `of-${id}` } });
  });
});

const drop = (keys: readonly string[]) => {
  dropped = keys;
};

const press = async (name: string) =>
  userEvent.click((await screen.findAllByRole("button", { name })).at(-1) as HTMLElement);

const listed = (kind: string) =>
  [...document.querySelectorAll(`[${kind}]`)].map((one) => one.textContent);

test("many: named before with those left out and why, told one by one, undone together", async () => {
  await renderInConsole(<PeopleBulk rows={PEOPLE} drop={drop} />);
  await press("Switch off");
  await screen.findByText("Switch off 5 people?");
  await screen.findByText("This is done to 3, one by one:");
  expect(listed("data-refused")).toEqual([
    "gone: switched off already.",
    "zoe: you do not have the right to do this to it, or it is gone.",
  ]);
  expect(listed("data-part")).toEqual(["ada", "bob", "eve"]);
  await expectAccessible();
  expect(sent).toEqual([]);
  await press("Switch off");
  await screen.findByText("2 of 3 done.");
  expect(listed("data-outcome")[0]).toBe("bob: Somebody was faster.");
  const record = screen.getByRole("link", { name: "record of ada" });
  expect(record.getAttribute("href")).toContain(encodeURIComponent('"of-u-ada"'));
  expect(dropped).toEqual(["u-ada", "u-eve"]);
  await expectAccessible();
  await press("Undo");
  await screen.findByText("Undone.");
  expect(sent.slice(3).toSorted()).toEqual([
    'PATCH users/u-ada {"disabled":false}',
    'PATCH users/u-eve {"disabled":false}',
  ]);
});

test("the rights of many are asked for in addresses that proxies let through", async () => {
  const many = Array.from({ length: 150 }, (_, at) => person(`${at}-${"\u00e4".repeat(40)}`));
  await renderInConsole(<PeopleBulk rows={[...many, person("zoe")]} drop={drop} />);
  await press("Switch off");
  await screen.findByText("This is done to 150, one by one:");
  expect(listed("data-refused")).toHaveLength(1);
  expect(Math.max(...asked.map((call) => call.length))).toBeLessThan(7_000);
  expect(asked.length).toBeGreaterThan(3);
});

test("what can be done to none cannot be confirmed", async () => {
  await renderInConsole(<PeopleBulk rows={PEOPLE.slice(3)} drop={drop} />);
  await press("Switch off");
  await screen.findByText("There is nothing this can be done to.");
  const confirm = (await screen.findAllByRole("button", { name: "Switch off" })).at(-1);
  expect(confirm).toHaveProperty("disabled", true);
});

test("one way back that fails does not hold up the others, and is told", async () => {
  const back = async () => ({ requestId: "back" });
  const fails = async () => {
    throw new Error("no");
  };
  const { undo } = outcomeOf([
    { key: "a", name: "a", done: { requestId: "1", undo: back } },
    { key: "b", name: "b", done: { requestId: "2", undo: fails } },
    { key: "c", name: "c", problem: "was not done" },
  ]);
  const undone = await undo?.();
  expect(undone?.parts?.map(({ key, done }) => [key, done?.requestId])).toEqual([
    ["a", "back"],
    ["b", undefined],
  ]);
});
