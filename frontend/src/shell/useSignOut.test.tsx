import "../i18n/signin";
import { useRouter } from "@tanstack/react-router";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { newUserBody } from "../api/generated/bodies.gen";
import { FormFields } from "../forms/FormFields";
import { fieldsOf } from "../forms/field";
import { useForm } from "../forms/useForm";
import { useUnsaved } from "../forms/useUnsaved";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole } from "../test/console";
import { useShownNews } from "./news";
import { useSignOut } from "./useSignOut";

const USER = fieldsOf(newUserBody, { login: { label: "login.user" } });
const fields = () => USER;
const DRAFT = "craton.draft.left";

let calls: string[] = [];
/** The status with which signing out fails; 0: it does not. */
let fails = 0;

beforeEach(() => {
  sessionStorage.clear();
  calls = [];
  fails = 0;
  vi.stubGlobal("fetch", async (_: string, { method = "GET" }: RequestInit = {}) => {
    calls.push(method);
    if (method === "DELETE" && fails) return Response.json({ status: fails }, { status: fails });
    return Response.json(method === "DELETE" ? { url: "" } : SESSION);
  });
});

function Page() {
  const form = useForm({ draft: "left", fields, before: null });
  const { question } = useUnsaved(form, () => undefined);
  const router = useRouter();
  const leave = useSignOut();
  const news = useShownNews();
  return (
    <>
      <FormFields form={form} errors={[]} />
      <button type="button" onClick={() => void leave()}>
        Out
      </button>
      <button type="button" onClick={() => router.history.push("/login?ended=1")}>
        Ended
      </button>
      {news.map(({ id, tone, title }) => (
        <p key={id}>
          {tone}: {title}
        </p>
      ))}
      {question}
    </>
  );
}

const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));

async function typed() {
  const console = await renderInConsole(<Page />, "/page");
  await userEvent.type(await screen.findByLabelText(/User name/), "eve");
  expect(sessionStorage.getItem(DRAFT)).toContain("eve");
  return console;
}

test("signing out asks before the session ends, and then keeps no draft", async () => {
  const console = await typed();
  await press("Out");
  await screen.findByText("What you typed is not kept when you sign out.");
  expect(screen.queryByRole("button", { name: "Leave" })).toBeNull();
  await expectAccessible();
  await press("Stay");
  expect(calls).not.toContain("DELETE");
  expect(console.location()).toBe("/page");
  await press("Out");
  await press("Throw it away");
  await waitFor(() => expect(console.location()).toBe("/login"));
  expect(calls).toContain("DELETE");
  await waitFor(() => expect(sessionStorage.getItem(DRAFT)).toBeNull());
});

test("an ended session leads to sign-in at once, and the draft stays", async () => {
  const console = await typed();
  await press("Ended");
  await waitFor(() => expect(console.location()).toContain("/login"));
  expect(screen.queryByText("Leave without saving?")).toBeNull();
  expect(sessionStorage.getItem(DRAFT)).toContain("eve");
});

test("a failed sign-out is told, and nobody is called signed out", async () => {
  const console = await renderInConsole(<Page />, "/page");
  fails = 503;
  await press("Out");
  await waitFor(() => expect(calls).toContain("DELETE"));
  await screen.findByText("danger: Sign out");
  expect(console.location()).toBe("/page");
  fails = 401;
  await press("Out");
  await waitFor(() => expect(console.location()).toBe("/login"));
});
