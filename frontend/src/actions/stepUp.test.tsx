import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole } from "../test/console";
import StepUpDialogue from "./StepUpDialogue";

const PROBLEM = {
  type: "urn:craton:problem:step-up-required",
  title: "Confirm that it is you",
  status: 403,
  detail: "Sign in once more with sso.",
  methods: ["sign-in"],
  provider: "sso",
};

afterEach(() => vi.restoreAllMocks());

test("who came by a provider is sent there to be asked, and back to this page", async () => {
  const asked: { url: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    if (method !== "POST") return Response.json(SESSION);
    asked.push({ url: url.replace(/^.*\/api\/v1/, ""), body: JSON.parse(String(body)) });
    return Response.json({ title: "no", detail: "The provider is away." }, { status: 502 });
  });
  const told = Promise.resolve(false);
  const dialogue = <StepUpDialogue asked={{ problem: PROBLEM, answer: () => undefined, told }} />;
  await renderInConsole(dialogue, "/access/tokens?q=a");
  expect(await screen.findByText(PROBLEM.detail)).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Sign in with sso" }));
  await waitFor(() =>
    expect(asked).toEqual([
      { url: "/signin/sso", body: { next: "/access/tokens?q=a", fresh: true } },
    ]),
  );
  expect(await screen.findByText("The provider is away.")).toBeDefined();
  await expectAccessible();
});

test("whoever has a passkey can use it with the next key", async () => {
  vi.stubGlobal("PublicKeyCredential", { parseRequestOptionsFromJSON: () => ({}) });
  vi.stubGlobal("fetch", async () => Response.json(SESSION));
  const problem = { ...PROBLEM, methods: ["totp", "passkey"], provider: null };
  const told = Promise.resolve(false);
  await renderInConsole(<StepUpDialogue asked={{ problem, answer: () => undefined, told }} />);
  const passkey = await screen.findByRole("button", { name: /passkey/i });
  await waitFor(() => expect(document.activeElement).toBe(passkey));
});
