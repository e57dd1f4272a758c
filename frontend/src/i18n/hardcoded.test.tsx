import { act } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { OverviewPage } from "../features/overview/OverviewPage";
import { LoginPage } from "../features/signin/LoginPage";
import { SetupPage } from "../features/signin/SetupPage";
import { StackPage } from "../features/stack/StackPage";
import { Shell } from "../shell/Shell";
import { LiveTable } from "../table/LiveTable";
import { OVERVIEW, SESSION, STACK } from "../test/answers";
import { PODS } from "../test/collections";
import { renderInConsole, stubApi, subscribed } from "../test/console";
import { untranslated } from "../test/untranslated";
import { startI18n } from "./i18n";

beforeAll(() => startI18n("qps"));

beforeEach(() => {
  stubApi({
    collections: { collections: [PODS] },
    "collections/namespaces": { rows: [{ key: "a", name: "shop", cluster: "local" }] },
    overview: OVERVIEW,
    session: SESSION,
    stack: STACK,
    setup: { needed: true },
  });
});

const settled = () => act(() => new Promise((resolve) => setTimeout(resolve, 300)));

test.each([
  ["overview", <OverviewPage key="o" />],
  ["sign-in", <LoginPage key="l" />],
  ["setup", <SetupPage key="s" />],
  ["stack", <StackPage key="t" />],
  ["shell", <Shell key="h" />],
])("%s takes every word from the catalogue", async (_, page) => {
  await renderInConsole(page);
  await settled();
  expect(document.body.textContent).toContain("⟦");
  expect(untranslated()).toEqual([]);
});

test("the table, its menus, panel and states take every word from the catalogue", async () => {
  const search = { q: "web", filter: ["phase=Running"], row: "a" };
  const table = <LiveTable collection="pods" title="⟦Pods⟧" search={search} onSearch={vi.fn()} />;
  const { socket, snapshot } = await renderInConsole(table);
  await subscribed(socket);
  const row = { key: "a", name: "web-1", phase: "Running", usage: 3, created: 1, labels: {} };
  snapshot({ rows: [row] });
  for (const name of [/Áđ|Ádd/, /Cólúmñs/])
    for (const button of document.querySelectorAll("button"))
      if (name.test(button.textContent ?? "") || name.test(button.getAttribute("aria-label") ?? ""))
        await userEvent.click(button);
  await settled();
  expect(untranslated()).toEqual([]);
  snapshot({ rows: [] });
  expect(untranslated()).toEqual([]);
});
