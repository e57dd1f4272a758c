import { act, cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { keepDraft, keptDraft } from "../../forms/draft";
import { announce, forgetNews } from "../../shell/news";
import Toasts from "../../shell/Toasts";
import { SESSION } from "../../test/answers";
import { renderInConsole } from "../../test/console";
import { LoginPage } from "./LoginPage";

const DRAFT = { name: { text: "of ada", over: "" } };

async function signIn(login: string) {
  cleanup();
  vi.stubGlobal("fetch", async (_: string, { method = "GET" }: RequestInit = {}) =>
    Response.json(method === "POST" ? { ...SESSION, login } : { needed: false }),
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
