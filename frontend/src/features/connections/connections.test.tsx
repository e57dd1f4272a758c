import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { Texts } from "../../forms/field";
import { bodyOf } from "../../forms/values";
import { expectAccessible, renderInConsole, stubApi } from "../../test/console";
import type { ConnectionView, KindView } from "./api";
import { ConnectionPage } from "./ConnectionPage";
import { fieldsOfWay, valuesOf, wayOf } from "./fields";
import { NewConnectionPage } from "./NewConnectionPage";

const field = {
  required: false,
  secret: false,
  destination: false,
  help: "",
  placeholder: "",
  options: [],
  initial: "",
};

const KINDS: KindView[] = [
  {
    kind: "etcd",
    title: "etcd",
    ways: [
      {
        id: "endpoints",
        title: "Endpoints",
        help: "",
        fields: [
          { ...field, id: "endpoints", title: "Endpoints", input: "urls", required: true },
          { ...field, id: "ca_data", title: "CA certificate", input: "pem" },
          { ...field, id: "password", title: "Password", input: "password", secret: true },
        ],
      },
    ],
  },
];
const KIND = KINDS[0];

beforeEach(() => sessionStorage.clear());

test("a secret that was not typed is left out, so that the stored one stays", () => {
  if (!KIND) throw new Error("no kind");
  const way = wayOf(KIND, "endpoints");
  const fields = fieldsOfWay(KIND, way, { password: { changed: 1 } });
  const sent = (texts: Texts) => valuesOf(way, bodyOf(fields, texts));
  expect(sent({ endpoints: "https://a:1\n https://b:1 ", ca_data: "" })).toEqual({
    endpoints: ["https://a:1", "https://b:1"],
    ca_data: "",
  });
  expect(sent({ endpoints: "", password: "" }).password).toBe("");
});

test("the form is the server's declaration, and what is typed survives the tab", async () => {
  stubApi({ "connections/kinds": KINDS });
  await renderInConsole(<NewConnectionPage />);
  await userEvent.type(await screen.findByLabelText(/Name/), "far");
  await userEvent.type(screen.getByLabelText(/Endpoints/), "https://a:1");
  await userEvent.type(screen.getByLabelText(/Password/), "canary");
  await expectAccessible();
  const kept = sessionStorage.getItem("craton.draft.connection.create.") ?? "";
  expect(kept).toContain("https://a:1");
  expect(kept).not.toContain("canary");
});

// The page's address names no connection here, so this one has no name either.
const OFF: ConnectionView = {
  kind: "",
  name: "",
  title: "etcd",
  origin: "console",
  editable: true,
  disabled: true,
  way: "endpoints",
  values: {},
  secrets: {},
  status: "Switched off",
  message: "",
  certificates: [],
  changed: null,
  changed_by: "",
  decides: "",
  row_version: 1,
};

/** A console with one connection, which somebody else changes before the first change arrives. */
function changedMeanwhile(theirs: Partial<ConnectionView>) {
  let stored = OFF;
  const seen: { match: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (input: string, options?: RequestInit) => {
    const path = String(input);
    if (options?.method === "PATCH" || options?.method === "PUT") {
      const match = new Headers(options.headers).get("if-match") ?? "";
      seen.push({ match, body: JSON.parse(String(options.body)) });
      if (match === '"2"') return Response.json({ ...stored, row_version: 3 });
      stored = { ...OFF, row_version: 2, ...theirs };
      const detail = "Somebody else changed it meanwhile.";
      const problem = { title: "Changed", status: 412, detail, current: stored };
      return Response.json(problem, { status: 412 });
    }
    if (path.endsWith("/session"))
      return Response.json({
        permissions: { "connection-settings": ["get", "create", "update"] },
      });
    if (path.endsWith("/kinds")) return Response.json([{ ...KIND, kind: "" }]);
    if (/connections\/[^/]*\/[^/]*$/.test(path)) return Response.json(stored);
    return Response.json({ title: "Not found", status: 404 }, { status: 404 });
  });
  return seen;
}

test("switching on what somebody else changed says so and can be done to theirs", async () => {
  const seen = changedMeanwhile({});
  await renderInConsole(<ConnectionPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Switch on" }));
  // The dialogue that reads the connection gives way to the one that asks.
  const confirm = () =>
    within(screen.getByRole("dialog")).getByRole("button", { name: "Switch on" });
  await userEvent.click(await waitFor(confirm));
  expect(await screen.findByText("Somebody else changed it meanwhile.")).toBeTruthy();
  await userEvent.click(await screen.findByRole("button", { name: "Do it anyway" }));
  expect(await screen.findByText("Done.")).toBeTruthy();
  expect(seen.map(({ match }) => match)).toEqual(['"1"', '"2"']);
});

test("theirs stands beside yours, field by field, and one chooses and saves again", async () => {
  const seen = changedMeanwhile({ values: { endpoints: ["https://theirs:1"], ca_data: "CA" } });
  await renderInConsole(<ConnectionPage />);
  const endpoints = await screen.findByLabelText(/Endpoints/);
  await userEvent.type(endpoints, "https://mine:1");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Somebody else changed it meanwhile.")).toBeTruthy();
  const [mine, theirs] = await screen.findAllByRole("radio", { name: /Yours|Theirs/ });
  expect(screen.getByText("https://theirs:1")).toBeTruthy();
  expect((mine as HTMLInputElement).checked).toBe(true);
  await userEvent.click(theirs as HTMLElement);
  expect((endpoints as HTMLTextAreaElement).value).toBe("https://theirs:1");
  await userEvent.click(mine as HTMLElement);
  await userEvent.click(screen.getByRole("button", { name: "Save again" }));
  expect(await screen.findByText(/Done\./)).toBeTruthy();
  expect(seen.at(-1)).toEqual({
    match: '"2"',
    body: { way: "endpoints", values: { endpoints: ["https://mine:1"], ca_data: "CA" } },
  });
});
