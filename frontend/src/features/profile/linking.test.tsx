import "../../i18n/profile";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import * as navigate from "../../shell/navigate";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import OwnIdentities from "./OwnIdentities";

const SSO = { name: "sso", label: "Our SSO", password: false };
const CORP = { name: "corp", label: "Corp directory", password: true };
const LINK = { id: "i1", provider: "gl", label: "GitLab", login: "ada", linked: 1, used: null };

/** Answers the links so; what was sent. */
function answering(links: object, answers: Readonly<Record<string, Response>> = {}) {
  const sent: [string, string, unknown][] = [];
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body }: RequestInit = {}) => {
    const path = url.replace(/^.*\/api\/v1/, "");
    if (method === "GET") return Response.json(path === "/account/identities" ? links : SESSION);
    sent.push([method, path, body ? JSON.parse(String(body)) : undefined]);
    return answers[path] ?? new Response(null, { status: 204 });
  });
  return sent;
}

const row = async (name: string) => {
  const found = (await screen.findByText(name)).closest("tr");
  if (!found) throw new Error(`${name} is in no row`);
  return within(found);
};
const confirm = async (name: string) =>
  userEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name }));

test("a provider is left for, a directory asked here, and a link given up", async () => {
  const outside = vi.spyOn(navigate, "goOutside").mockImplementation(() => undefined);
  const sent = answering(
    { items: [LINK], offered: [SSO, CORP] },
    { "/account/identities/sso": Response.json({ url: "https://sso.test/authorize" }) },
  );
  await renderInConsole(<OwnIdentities />);
  await userEvent.click((await row("Our SSO")).getByRole("button", { name: "Link" }));
  await expectAccessible();
  await confirm("Link");
  await vi.waitFor(() => expect(outside).toHaveBeenCalledWith("https://sso.test/authorize"));
  await userEvent.click(screen.getAllByRole("button", { name: "Close" }).at(-1) as HTMLElement);

  await userEvent.click((await row("Corp directory")).getByRole("button", { name: "Link" }));
  await userEvent.type(await screen.findByLabelText(/User name there/), "ada");
  await userEvent.type(screen.getByLabelText(/Password there/), "secret");
  await confirm("Link");
  await screen.findByText("Done.");
  await userEvent.click(screen.getAllByRole("button", { name: "Close" }).at(-1) as HTMLElement);

  await userEvent.click((await row("GitLab")).getByRole("button", { name: "Remove" }));
  await confirm("Remove");
  await screen.findByText("Done.");
  expect(sent).toEqual([
    ["POST", "/account/identities/sso", undefined],
    ["POST", "/account/identities/corp/password", { login: "ada", password: "secret" }],
    ["DELETE", "/account/identities/i1", undefined],
  ]);
});

test("where there is no provider nothing is said of it", async () => {
  answering({ items: [], offered: [] });
  await renderInConsole(<OwnIdentities />);
  await vi.waitFor(() => expect(screen.queryByText("Identity providers")).toBeNull());
});
