import { waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { Hit } from "../../api/generated/types.gen";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole, screen, stubApi } from "../../test/console";
import { withPlace } from "../recent";
import { fits, grouped, type PaletteItem } from "./item";
import { Palette } from "./Palette";
import { scopedTo } from "./useCommands";
import { toItem } from "./useFound";

const HIT: Hit = {
  kind: "workload",
  rank: 0,
  collection: "workloads",
  key: "local/deployments/payments/fraud-check",
  label: "fraud-check",
  title: "Workloads",
  where: ["Deployment", "payments", "local"],
  at: { name: "fraud-check", namespace: "payments", cluster: "local", plural: "deployments" },
  status: "Failed",
  healthy: false,
};
const PAGE = "/clusters/local/deployments/payments/fraud-check";

test("a label of ours is found, also with one typing error", () => {
  expect(fits("Machines", "mach")).toBe(true);
  expect(fits("Key-value store", "stroe")).toBe(true);
  expect(fits("Machines", "mahcines")).toBe(true);
  expect(fits("Machines", "images")).toBe(false);
  expect(fits("Jobs", "obj")).toBe(false);
});

test("lines stand under one heading each, in the order of the best", () => {
  const item = (section: string, label: string) => ({ section, label }) as PaletteItem;
  const order = grouped([item("Pods", "a"), item("Workloads", "b"), item("Pods", "c")]);
  expect(order.map(({ label }) => label)).toEqual(["a", "c", "b"]);
});

test("a hit leads to its page, and to its table where it has none", () => {
  expect(toItem(HIT).href).toBe(PAGE);
  expect(toItem(HIT).tone).toBe("bad");
  const user = { ...HIT, collection: "users", at: {}, key: "u1" };
  expect(toItem(user).href).toContain("row=u1");
});

test("each place is remembered once, the newest first", () => {
  const places = withPlace([{ href: "/a", title: "A" }], { href: "/b", title: "B" });
  const again = withPlace(places, { href: "/a", title: "A2" });
  expect(again.map(({ title }) => title)).toEqual(["A2", "B"]);
});

test("a namespace is opened on a page that honours it", () => {
  expect(scopedTo("/workloads/pods", "shop")).toBe("/workloads/pods?namespace=shop");
  expect(scopedTo("/key-value", "shop")).toBe("/workloads?namespace=shop");
});

beforeEach(() => {
  localStorage.clear();
  stubApi({
    session: SESSION,
    collections: { collections: [] },
    "collections/namespaces": { rows: [{ key: "a", cluster: "local", name: "payments" }] },
    search: { results: [HIT] },
  });
});

test("Enter opens the object's page", async () => {
  const close = vi.fn();
  const { location } = await renderInConsole(<Palette onClose={close} onHelp={() => undefined} />);
  await userEvent.keyboard("fraud");
  await screen.findByRole("option", { name: /fraud-check/ });
  expect(screen.getByRole("group", { name: "Workloads" })).toBeDefined();
  await expectAccessible();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(location()).toBe(PAGE));
  expect(close).toHaveBeenCalled();
});

test("commands are found by their words and done", async () => {
  const help = vi.fn();
  await renderInConsole(<Palette onClose={() => undefined} onHelp={help} />);
  await userEvent.keyboard("theme");
  expect(await screen.findByRole("option", { name: "Theme: Dark" })).toBeDefined();
  await userEvent.clear(screen.getByRole("combobox"));
  await userEvent.keyboard("keys");
  await userEvent.click(await screen.findByRole("option", { name: "Keys" }));
  expect(help).toHaveBeenCalled();
});

/** Answers searches by their text; others as the stub does. */
function stubSearch(answer: (q: string) => unknown) {
  const others = globalThis.fetch;
  vi.stubGlobal("fetch", async (input: string) => {
    const q = /search\?.*\bq=([^&]*)/.exec(String(input))?.[1];
    return q === undefined ? others(input) : Response.json(await answer(q));
  });
}

const hit = (label: string): Hit => ({ ...HIT, key: label, label, at: { ...HIT.at, name: label } });
const openPalette = () =>
  renderInConsole(<Palette onClose={() => undefined} onHelp={() => undefined} />);

const type = async (text: string) => userEvent.type(await screen.findByRole("combobox"), text);

test("while it searches, nothing is offered that only the previous text found", async () => {
  const never = new Promise(() => undefined);
  stubSearch((q) => (q === "ch" ? { results: [hit("cart"), hit("checkout")] } : never));
  await openPalette();
  await type("ch");
  await screen.findByRole("option", { name: /cart/ });
  await type("e");
  await waitFor(() => expect(screen.queryByRole("option", { name: /cart/ })).toBeNull());
  expect(screen.getByRole("option", { name: /checkout/ })).toBeDefined();
});

test("results that arrive later do not move what was chosen", async () => {
  let more: () => void = () => undefined;
  const later = new Promise<void>((resolve) => {
    more = resolve;
  });
  let asked = 0;
  stubSearch(async () => {
    asked += 1;
    if (asked === 1) return { results: [hit("zz-a"), hit("zz-b")], partial: true };
    await later;
    return { results: [hit("zz-new"), hit("zz-a"), hit("zz-b")], partial: false };
  });
  await openPalette();
  await type("zz");
  await screen.findByRole("option", { name: /zz-b/ });
  await userEvent.keyboard("{ArrowDown}");
  const chosen = () => screen.getByRole("option", { selected: true }).textContent;
  expect(chosen()).toContain("zz-b");
  more();
  await screen.findByRole("option", { name: /zz-new/ }, { timeout: 10_000 });
  expect(chosen()).toContain("zz-b");
});
