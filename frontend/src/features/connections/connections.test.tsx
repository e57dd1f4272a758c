import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { expectAccessible, renderInConsole, stubApi } from "../../test/console";
import type { ConnectionView, KindView } from "./api";
import { ConnectionPage } from "./ConnectionPage";
import { openTexts, textsOf, valuesOf } from "./draft";
import { NewConnectionPage } from "./NewConnectionPage";

const field = {
  required: false,
  secret: false,
  destination: false,
  help: "",
  placeholder: "",
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
const WAY = KINDS[0]?.ways[0];

beforeEach(() => sessionStorage.clear());

test("a secret that was not typed is left out, so that the stored one stays", () => {
  if (!WAY) throw new Error("no way");
  expect(valuesOf(WAY, { endpoints: "https://a:1\n https://b:1 ", ca_data: "" })).toEqual({
    endpoints: ["https://a:1", "https://b:1"],
    ca_data: "",
  });
  expect(valuesOf(WAY, { endpoints: "", password: "" }).password).toBe("");
  expect(textsOf({ endpoints: ["https://a:1", "https://b:1"] }).endpoints).toBe(
    "https://a:1\nhttps://b:1",
  );
});

test("a kept draft holds nothing secret", () => {
  expect(openTexts(WAY, { endpoints: "https://a:1", password: "x" })).toEqual({
    endpoints: "https://a:1",
  });
});

test("the form is the server's declaration, and what is typed survives the tab", async () => {
  stubApi({ "connections/kinds": KINDS });
  await renderInConsole(<NewConnectionPage />);
  await userEvent.type(await screen.findByLabelText(/Name/), "far");
  await userEvent.type(screen.getByLabelText(/Endpoints/), "https://a:1");
  await userEvent.type(screen.getByLabelText(/Password/), "canary");
  await expectAccessible();
  const kept = sessionStorage.getItem("craton.draft.connection") ?? "";
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
  row_version: 1,
};

test("switching on what somebody else changed says so and shows the present version", async () => {
  let stored = OFF;
  const seen: string[] = [];
  vi.stubGlobal("fetch", async (input: string, options?: RequestInit) => {
    if (options?.method === "PATCH") {
      seen.push(new Headers(options.headers).get("if-match") ?? "");
      stored = { ...OFF, row_version: 2, disabled: false };
      const detail = "Somebody else changed it meanwhile.";
      return Response.json({ title: "Changed", status: 412, detail }, { status: 412 });
    }
    const path = String(input);
    if (path.endsWith("/session"))
      return Response.json({ permissions: { "connection-settings": ["get", "update"] } });
    if (/connections\/[^/]*\/[^/]*$/.test(path)) return Response.json(stored);
    return Response.json({ title: "Not found", status: 404 }, { status: 404 });
  });
  await renderInConsole(<ConnectionPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Switch on" }));
  expect(await screen.findByText("Somebody else changed it meanwhile.")).toBeTruthy();
  expect(await screen.findByRole("button", { name: "Switch off" })).toBeTruthy();
  expect(seen).toEqual(['"1"']);
});
