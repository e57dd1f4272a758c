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
