import "../../i18n/later";
import "../../i18n/profile";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { confirmPerson } from "../../session/stepUp";
import { StepUp } from "../../shell/StepUp";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import { OwnSignIn } from "./OwnSignIn";

const ACCOUNT = {
  login: "ada",
  name: "Ada",
  password: true,
  authenticator: null,
  recovery_codes: 0,
  passkeys: [],
  passkeys_here: true,
};
const BEGUN = { state: "s1", secret: "ABCDEFGH", uri: "otpauth:", qr: "data:,", until: 0 };

/** Answers the account so, and changes by their path; what was sent. */
function answering(account: object, answers: Readonly<Record<string, Response>> = {}) {
  const sent: [string, unknown][] = [];
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    const path = url.replace(/^.*\/api\/v1/, "");
    if (path === "/account/identities" && method === "GET")
      return Response.json({ items: [], offered: [] });
    if (method === "GET")
      return Response.json(path === "/account" ? { ...ACCOUNT, ...account } : SESSION);
    sent.push([path, body ? JSON.parse(String(body)) : undefined]);
    return answers[path] ?? new Response(null, { status: 204 });
  });
  return sent;
}

const button = (name: string) => screen.findByRole("button", { name });

test("an app is begun once, confirmed by its code, and its recovery codes are told", async () => {
  const sent = answering(
    { authenticator: null, recovery_codes: 0 },
    {
      "/account/authenticator/set-up": Response.json(BEGUN),
      "/account/authenticator": Response.json({ codes: ["aaaaa-bbbbb"] }, { status: 201 }),
    },
  );
  await renderInConsole(<OwnSignIn />);
  await userEvent.click(await button("Set up"));
  await screen.findByText("ABCD EFGH");
  await expectAccessible();
  await userEvent.type(screen.getByLabelText(/Code the app shows/), "123456{Enter}");
  expect(await screen.findByText("aaaaa-bbbbb")).toBeDefined();
  expect(screen.getByText("Keep these now: they are shown this one time.")).toBeDefined();
  expect(sent).toEqual([
    ["/account/authenticator/set-up", undefined],
    ["/account/authenticator", { state: "s1", code: "123456" }],
  ]);
});

test("who has one sees what is left, and is offered no other", async () => {
  answering({ authenticator: { created: 1, used: null }, recovery_codes: 1 });
  await renderInConsole(<OwnSignIn />);
  expect(await screen.findByText("1 is left")).toBeDefined();
  expect(await button("Remove")).toBeDefined();
  expect(screen.queryByRole("button", { name: "Set up" })).toBeNull();
});

test("who signs in by a provider is offered none", async () => {
  answering({ password: false, authenticator: null, recovery_codes: 0 });
  await renderInConsole(<OwnSignIn />);
  await screen.findByText(/The console has no password of yours/);
  expect(screen.queryByRole("heading", { name: "Authenticator app" })).toBeNull();
});

test("who has a passkey alone has recovery codes too, and is told where none can be made", async () => {
  const passkey = { id: "p", name: "laptop", created: 1, used: null, row_version: 1 };
  answering({ passkeys: [passkey], recovery_codes: 10 });
  await renderInConsole(<OwnSignIn />);
  const row = await screen.findByRole("row", { name: /laptop/ });
  expect(row.textContent).toContain("Never");
  expect(screen.getByText("10 are left")).toBeDefined();
  await screen.findByText("This browser cannot make passkeys for here. Use a newer one.");
  expect(screen.queryByRole("button", { name: "Add a passkey" })).toBeNull();
  await expectAccessible();
});

test("who has a second factor is asked for a code of it", async () => {
  const sent = answering({}, { "/session/step-up": Response.json({ until: 1 }) });
  await renderInConsole(<StepUp />);
  const problem = { type: "x", title: "x", status: 403, detail: "x", methods: ["totp"] };
  const told = confirmPerson(problem);
  await userEvent.type(await screen.findByLabelText(/Code/), "123456{Enter}");
  expect(await told).toBe(true);
  expect(sent).toEqual([["/session/step-up", { code: "123456" }]]);
});
