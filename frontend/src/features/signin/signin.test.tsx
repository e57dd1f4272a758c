import { act, cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { keepDraft, keptDraft } from "../../forms/draft";
import { announce, forgetNews } from "../../shell/news";
import Toasts from "../../shell/Toasts";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import { LoginPage } from "./LoginPage";
import { providerOf } from "./ProviderButtons";
import { SetupPage } from "./SetupPage";

const DRAFT = { name: { text: "of ada", over: "" } };

const SSO = {
  name: "sso",
  kind: "oidc",
  label: "Our SSO",
  domains: ["example.test"],
  password: false,
};
const GITLAB = { name: "lab", kind: "gitlab", label: "GitLab", domains: [], password: false };

/** What is asked before anybody signs in. */
const stateAt = (url: string, offered: object[] = []): object =>
  url.endsWith("/signin/providers") ? offered : { needed: false };

async function signIn(login: string) {
  cleanup();
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit = {}) =>
    Response.json(method === "POST" ? { ...SESSION, login } : stateAt(url)),
  );
  const page = (
    <>
      <LoginPage />
      <Toasts />
    </>
  );
  const console = await renderInConsole(page, "/login?ended=1&next=/next");
  await userEvent.type(await screen.findByLabelText(/User name/), login);
  await userEvent.type(screen.getByLabelText(/Password/), "x");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(console.location()).toBe("/next"));
}

test("who comes back finds what they typed; the next person finds nothing of it", async () => {
  sessionStorage.clear();
  act(() => forgetNews());
  await signIn("ada");
  keepDraft("one", DRAFT);
  act(() => announce({ title: "Ada removed eve", tone: "success", undo: () => undefined }));
  await signIn("ada");
  expect(keptDraft("one")).toEqual(DRAFT);
  expect(screen.getAllByText("Ada removed eve").length).toBeGreaterThan(0);
  await signIn("bob");
  expect(keptDraft("one")).toEqual({});
  expect(screen.queryByText("Ada removed eve")).toBeNull();
});

test("what is missing is said at its field, and a refused password is typed anew", async () => {
  cleanup();
  const asked: unknown[] = [];
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    if (method !== "POST") return Response.json(stateAt(url));
    asked.push(JSON.parse(String(body)));
    return Response.json({ title: "no", detail: "Wrong name or password." }, { status: 401 });
  });
  await renderInConsole(<LoginPage />, "/login");
  const user = await screen.findByLabelText(/User name/);
  expect(document.activeElement).toBe(user);
  await userEvent.type(user, "ada{Enter}");
  expect(await screen.findByText("This is needed.")).toBeDefined();
  expect(document.activeElement).toBe(screen.getByLabelText(/Password/));
  expect(asked).toEqual([]);
  await userEvent.keyboard("wrong{Enter}");
  expect(await screen.findByText("Wrong name or password.")).toBeDefined();
  expect(asked).toEqual([{ login: "ada", password: "wrong" }]);
  expect(screen.getByLabelText(/Password/)).toHaveProperty("value", "");
  expect(screen.getByLabelText(/User name/)).toHaveProperty("value", "ada");
  expect(screen.queryByText("This is needed.")).toBeNull();
  await expectAccessible();
  expect(JSON.stringify(sessionStorage)).not.toContain("wrong");
});

test("the first owner's form says at its fields what the console refuses", async () => {
  cleanup();
  window.location.hash = "#token=once";
  vi.stubGlobal("fetch", async (_: string, { method = "GET" }: RequestInit = {}) =>
    method === "POST"
      ? Response.json(
          { title: "no", detail: "no", errors: [{ field: "password", message: "too short" }] },
          { status: 422 },
        )
      : Response.json({ needed: true }),
  );
  await renderInConsole(<SetupPage />, "/setup");
  await userEvent.type(await screen.findByLabelText(/Password/), "short{Enter}");
  expect(await screen.findByText("too short")).toBeDefined();
  expect(document.activeElement).toBe(screen.getByLabelText(/Password/));
  expect(screen.getByLabelText(/User name/)).toHaveProperty("value", "admin");
  expect(JSON.stringify(sessionStorage)).not.toContain("short");
  await expectAccessible();
});

test("providers come first, and lead away and back to the page asked for", async () => {
  cleanup();
  const asked: [string, unknown][] = [];
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    if (method !== "POST") return Response.json(stateAt(url, [SSO, GITLAB]));
    asked.push([url, JSON.parse(String(body))]);
    return Response.json({ url: "nowhere" });
  });
  await renderInConsole(<LoginPage />, "/login?next=/pods");
  const buttons = await screen.findAllByRole("button", { name: /Sign in/ });
  expect(buttons.map((one) => one.textContent)).toEqual([
    "Sign in with Our SSO",
    "Sign in with GitLab",
    "Sign in",
  ]);
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Sign in with GitLab" }));
  await waitFor(() => expect(asked.length).toBe(1));
  expect(asked[0]?.[0]).toContain("/signin/lab");
  expect(asked[0]?.[1]).toEqual({ next: "/pods", hint: "" });
});

test("a refused sign-in says what to do, beside the button to try again", async () => {
  cleanup();
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit = {}) =>
    method === "POST"
      ? Response.json({ title: "no", detail: "Our SSO does not answer." }, { status: 502 })
      : Response.json(stateAt(url, [SSO])),
  );
  await renderInConsole(<LoginPage />, "/login?refused=denied&by=sso");
  expect(await screen.findByText(/Our SSO did not let you in/)).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Sign in with Our SSO" }));
  expect(await screen.findByText("Our SSO does not answer.")).toBeDefined();
});

test("an address of a provider's people proposes it", () => {
  expect(providerOf([GITLAB, SSO], "ada@Example.test")).toBe("sso");
  expect(providerOf([GITLAB, SSO], "ada")).toBeUndefined();
  expect(providerOf([GITLAB, SSO], "ada@other.test")).toBeUndefined();
});

test("a one-time password leads to choosing one's own, and then in", async () => {
  cleanup();
  const asked: [string, unknown][] = [];
  const step = { type: "urn:craton:problem:next-step", title: "One more step", status: 401 };
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    if (method !== "POST") return Response.json(stateAt(url));
    asked.push([url.replace(/^.*\/v1/, ""), JSON.parse(String(body))]);
    if (url.endsWith("/session/next")) return Response.json(SESSION);
    const detail = "This password is good once.";
    return Response.json({ ...step, detail, step: "new-password", state: "s1" }, { status: 401 });
  });
  const console = await renderInConsole(<LoginPage />, "/login?next=/pods");
  await userEvent.type(await screen.findByLabelText(/User name/), "ada");
  await userEvent.type(screen.getByLabelText(/Password/), "once{Enter}");
  const field = await screen.findByLabelText(/Choose your own password/);
  expect(screen.getByText("This password is good once.")).toBeDefined();
  await expectAccessible();
  await userEvent.type(field, "correct horse{Enter}");
  await waitFor(() => expect(console.location()).toBe("/pods"));
  expect(asked.at(-1)).toEqual(["/session/next", { state: "s1", password: "correct horse" }]);
});

test("a second factor is asked for behind the password, and after it what comes next", async () => {
  cleanup();
  const asked: unknown[] = [];
  const step = { type: "urn:craton:problem:next-step", title: "One more step", status: 401 };
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    if (method !== "POST") return Response.json(stateAt(url));
    const sent = JSON.parse(String(body));
    if (!url.endsWith("/session/next"))
      return Response.json({ ...step, step: "second-factor", state: "s1" }, { status: 401 });
    asked.push(sent);
    if (sent.code === "000000")
      return Response.json(
        { title: "no", detail: "no", errors: [{ field: "code", message: "It is wrong." }] },
        { status: 422 },
      );
    if (sent.code)
      return Response.json({ ...step, step: "new-password", state: "s2" }, { status: 401 });
    return Response.json(SESSION);
  });
  const console = await renderInConsole(<LoginPage />, "/login?next=/pods");
  await userEvent.type(await screen.findByLabelText(/User name/), "ada");
  await userEvent.type(screen.getByLabelText(/Password/), "right{Enter}");
  const field = await screen.findByLabelText(/Code/);
  expect(field.getAttribute("autocomplete")).toBe("one-time-code");
  await expectAccessible();
  await userEvent.type(field, "000000{Enter}");
  await screen.findByText("It is wrong.");
  await userEvent.type(screen.getByLabelText(/Code/), "123456{Enter}");
  await userEvent.type(await screen.findByLabelText(/Choose your own/), "correct horse{Enter}");
  await waitFor(() => expect(console.location()).toBe("/pods"));
  expect(asked).toEqual([
    { state: "s1", code: "000000" },
    { state: "s1", code: "123456" },
    { state: "s2", password: "correct horse" },
  ]);
});

test("a directory's name and password are given here, and go to it alone", async () => {
  cleanup();
  const asked: string[] = [];
  const corp = { name: "corp", kind: "ldap", label: "Corp", domains: [], password: true };
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit = {}) => {
    if (method === "POST") asked.push(url);
    if (url.endsWith("/password")) return new Response(null, { status: 204 });
    return Response.json(url.endsWith("/session") ? SESSION : stateAt(url, [corp, SSO]));
  });
  const console = await renderInConsole(<LoginPage />, "/login?next=/next");
  const link = await screen.findByRole("link", { name: "Sign in with Corp" });
  expect(link.getAttribute("href")).toContain("with=corp");
  await userEvent.click(link);
  await screen.findByRole("heading", { name: "Sign in with Corp" });
  await userEvent.type(screen.getByLabelText(/User name/), "ada");
  await userEvent.type(screen.getByLabelText(/Password/), "x");
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(console.location()).toBe("/next"));
  expect(asked.map((url) => url.replace(/^.*\/api\/v1/, ""))).toEqual(["/signin/corp/password"]);
});

test("a passkey signs in where the console and the browser know them", async () => {
  const sent: [string, unknown][] = [];
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    if (method === "GET")
      return Response.json(
        url.endsWith("/setup") ? { needed: false, passkeys: true } : stateAt(url),
      );
    sent.push([url.replace(/^.*\/v1/, ""), body && JSON.parse(String(body))]);
    return Response.json(url.endsWith("/challenge") ? { options: { challenge: "c" } } : SESSION);
  });
  cleanup();
  await renderInConsole(<LoginPage />, "/login?next=/pods");
  await screen.findByLabelText(/User name/);
  const name = "Sign in with a passkey";
  expect(screen.queryByRole("button", { name })).toBeNull();

  cleanup();
  const asked: unknown[] = [];
  const get = async (options: unknown) => {
    asked.push(options);
    if (asked.length === 1) throw new DOMException("cancelled", "NotAllowedError");
    return { toJSON: () => ({ id: "p" }) };
  };
  vi.stubGlobal("PublicKeyCredential", { parseRequestOptionsFromJSON: (json: object) => json });
  Object.defineProperty(navigator, "credentials", { value: { get }, configurable: true });
  const console = await renderInConsole(<LoginPage />, "/login?next=/pods");
  await userEvent.click(await screen.findByRole("button", { name }));
  expect(await screen.findByText(/No passkey was given/)).toBeDefined();
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name }));
  await waitFor(() => expect(console.location()).toBe("/pods"));
  expect(asked).toEqual([{ publicKey: { challenge: "c" } }, { publicKey: { challenge: "c" } }]);
  expect(sent).toEqual([
    ["/session/passkey/challenge", undefined],
    ["/session/passkey/challenge", undefined],
    ["/session/passkey", { credential: { id: "p" } }],
  ]);
  vi.unstubAllGlobals();
});

test("a passkey that is picked where the browser fills in the name signs in", async () => {
  cleanup();
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit = {}) => {
    if (url.endsWith("/setup")) return Response.json({ needed: false, passkeys: true });
    if (method === "GET") return Response.json(stateAt(url));
    return Response.json(url.endsWith("/challenge") ? { options: {} } : SESSION);
  });
  const asked: unknown[] = [];
  const get = async ({ mediation }: CredentialRequestOptions) => {
    asked.push(mediation);
    // This page stays where a real one is left, and offers them again: nobody picks one.
    if (asked.length > 1) await new Promise(() => undefined);
    return { toJSON: () => ({ id: "p" }) };
  };
  vi.stubGlobal("PublicKeyCredential", {
    parseRequestOptionsFromJSON: (json: object) => json,
    isConditionalMediationAvailable: async () => true,
  });
  Object.defineProperty(navigator, "credentials", { value: { get }, configurable: true });
  const console = await renderInConsole(<LoginPage />, "/login?next=/pods");
  expect((await screen.findByLabelText(/User name/)).getAttribute("autocomplete")).toBe(
    "username webauthn",
  );
  await waitFor(() => expect(console.location()).toBe("/pods"));
  expect(asked[0]).toBe("conditional");
  vi.unstubAllGlobals();
});
