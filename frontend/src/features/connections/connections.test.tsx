import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, renderInConsole, stubApi } from "../../test/console";
import type { KindView } from "./api";
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
