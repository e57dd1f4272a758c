import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import type { AccountView, SessionView } from "../../../api/generated/types.gen";
import { isAway, keepGuide, pointsToGuide } from "../../../session/guide";
import { SESSION } from "../../../test/answers";
import { expectAccessible, renderInConsole, stubApi } from "../../../test/console";
import { StartPage } from "./StartPage";

const OWNER: SessionView = {
  ...SESSION,
  permissions: {
    connection: ["list"],
    "connection-settings": ["create"],
    "identity-provider": ["list", "get", "create", "update"],
    binding: ["list", "create"],
    user: ["list", "create"],
  },
};

const ACCOUNT: AccountView = {
  login: "ada",
  name: "Ada",
  password: true,
  authenticator: null,
  passkeys: [],
  passkeys_here: true,
  recovery_codes: 0,
};

const SSO = { key: "sso", name: "sso", label: "Our SSO", status: "Active", people: 0 };
const CLUSTER = { key: "k", kind: "kubernetes", system: "Kubernetes", name: "local", broken: "" };

const listed = (...rows: object[]) => ({ rows, total: rows.length });

/** A console that nobody has done anything in, but for what is given. */
function given(answers: Record<string, unknown> = {}) {
  stubApi({
    session: OWNER,
    account: ACCOUNT,
    "collections/connections": listed(),
    "collections/identity-providers": listed(),
    "collections/bindings": listed(),
    "collections/users": { rows: [], total: 1 },
    "collections/invitations": listed(),
    "break-glass": { state: "none" },
    grantors: { names: ["Grace"] },
    ...answers,
  });
}

const step = (name: RegExp) => screen.findByRole("button", { name });
const open = () => screen.getAllByRole("button", { expanded: true });
const states = () =>
  [...document.querySelectorAll<HTMLElement>("[data-step]")].map(({ dataset }) => dataset.state);

beforeEach(() => {
  cleanup();
  localStorage.clear();
  given();
});

test("a fresh console: one step is next and open, what waits says for what", async () => {
  await renderInConsole(<StartPage />);
  expect(await step(/^Secure your account Next Made, without/)).toBeTruthy();
  expect(screen.getByText(/^0 of 6 done/)).toBeTruthy();
  expect(states()).toEqual(["next", "open", "open", "later", "open", "later"]);
  expect(open()).toHaveLength(1);
  expect(screen.getByRole("button", { name: "Add a second factor" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Invite" })).toBeNull();
  await expectAccessible();
  // Others are free to open, and their button is there.
  await userEvent.click(await step(/^Invite people To do Only you so far/));
  expect(screen.getByRole("button", { name: "Invite" })).toBeTruthy();
  await userEvent.click(await step(/^Connect your systems/));
  expect(screen.getAllByText("none yet")).toHaveLength(3);
  await expectAccessible();
});

test("what was made is seen, and the next step with it", async () => {
  given({
    account: { ...ACCOUNT, authenticator: { created: 1, used: null } },
    "collections/connections": listed(
      { ...CLUSTER, status: "Connected" },
      { ...CLUSTER, key: "e", kind: "etcd", system: "etcd", status: "Down", broken: "No answer" },
    ),
    "collections/identity-providers": listed(SSO),
    "collections/users": { rows: [], total: 2 },
    "collections/invitations": { rows: [], total: 1 },
  });
  await renderInConsole(<StartPage />);
  expect(await step(/^Give a group of it a role Next None yet/)).toBeTruthy();
  expect(states()).toEqual(["done", "done", "done", "next", "done", "open"]);
  expect(await step(/^Connect your systems Done 1 of 2 connected/)).toBeTruthy();
  expect(await step(/1 connected, nobody has signed in by it yet/)).toBeTruthy();
  expect(await step(/2 accounts, 1 open invitation$/)).toBeTruthy();
  const next = document.querySelector<HTMLElement>("[data-step=groups]");
  expect(
    within(next as HTMLElement).getByRole("button", { name: "Give a group a role" }),
  ).toBeTruthy();
});

test("of several providers the one whose groups are meant is chosen; one that is off is none", async () => {
  const other = { ...SSO, key: "corp", name: "corp", label: "Directory", people: 3 };
  given({
    "collections/identity-providers": listed(SSO, other, {
      ...SSO,
      name: "old",
      status: "Switched off",
    }),
  });
  await renderInConsole(<StartPage />);
  await userEvent.click(await step(/^Give a group of it a role To do/));
  expect(await step(/2 connected, used by 3 people/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "Directory" }).getAttribute("href")).toContain(
    "/access/providers/corp",
  );
  expect(screen.queryByRole("button", { name: "Give a group a role" })).toBeNull();
  cleanup();
  given({ "collections/identity-providers": listed({ ...SSO, status: "Switched off" }) });
  await renderInConsole(<StartPage />);
  expect(await step(/^Connect an identity provider To do Switched off/)).toBeTruthy();
  expect(states()[3]).toBe("later");
});

test("once all is done nothing points to it any more", async () => {
  given({
    account: { ...ACCOUNT, password: false },
    "collections/connections": listed({ ...CLUSTER, status: "Connected" }),
    "collections/identity-providers": listed({ ...SSO, people: 1 }),
    "collections/bindings": listed({ key: "b" }),
    "collections/users": { rows: [], total: 3 },
    "break-glass": { state: "sealed" },
  });
  keepGuide("u1", "begun");
  await renderInConsole(<StartPage />);
  expect(await screen.findByText(/^Everything here is done/)).toBeTruthy();
  expect(new Set(states())).toEqual(new Set(["done"]));
  // The break-glass account is nobody's.
  expect(await step(/2 accounts, 0 open invitations/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Go to the Overview" })).toBeTruthy();
  expect(pointsToGuide(OWNER, true)).toBe(false);
});

test("a step that somebody else has to do says who, and is not next", async () => {
  const { connection: _, "connection-settings": __, ...permissions } = OWNER.permissions;
  const roles = [{ role: "access-admin", title: "Access admin", scope: "org/main" }];
  given({
    session: { ...OWNER, roles, permissions },
    account: { ...ACCOUNT, passkeys: [{ id: "p" }] },
    "collections/identity-providers": listed(SSO),
  });
  await renderInConsole(<StartPage />);
  await userEvent.click(await step(/^Connect your systems Not yours to do/));
  expect(states()).toEqual(["done", "denied", "done", "next", "open", "denied"]);
  expect((await screen.findAllByText("Grace")).length).toBeGreaterThan(0);
  expect(screen.queryByRole("button", { name: "Add a connection" })).toBeNull();
  await expectAccessible();
});

test("who may not connect a provider is told so, and nothing is asked for them", async () => {
  given({ session: SESSION });
  await renderInConsole(<StartPage />);
  await waitFor(() => expect(document.querySelector("[data-state=no-access]")).toBeTruthy());
  expect(document.querySelector("[data-step]")).toBeNull();
});

test("what could not be read is said where it stands", async () => {
  given({ "collections/users": undefined });
  await renderInConsole(<StartPage />);
  expect(await step(/^Invite people To do Could not be read/)).toBeTruthy();
});

test("it is pointed to from where it was begun until it is put away, for each person", async () => {
  expect(pointsToGuide(OWNER, true)).toBe(true);
  expect(pointsToGuide(OWNER, false)).toBe(false);
  const { location } = await renderInConsole(<StartPage />, "/start");
  const leave = await screen.findByRole("button", { name: "Not now" });
  expect(pointsToGuide(OWNER, false)).toBe(true);
  expect(pointsToGuide(SESSION, false)).toBe(false);
  await userEvent.click(leave);
  expect(location()).toBe("/");
  expect(isAway("u1")).toBe(true);
  expect(pointsToGuide(OWNER, true)).toBe(false);
  expect(pointsToGuide({ ...OWNER, id: "u2" }, true)).toBe(true);
});
