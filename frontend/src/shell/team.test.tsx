import { waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { settle } from "../live/useSettled";
import { LiveTable } from "../table/LiveTable";
import { fileUrl, toQuery } from "../table/search";
import { usePageSearch } from "../table/usePageSearch";
import { PODS } from "../test/collections";
import {
  act,
  expectAccessible,
  renderInConsole,
  screen,
  stubApi,
  subscribed,
} from "../test/console";
import { ScopeSelectors } from "./ScopeSelectors";

const TEAMS = [
  { name: "blue", title: "Blue", owns: 2 },
  { name: "green", title: "Green", owns: 0 },
];

function answer(teams: readonly object[]) {
  stubApi({
    collections: { collections: [PODS] },
    "collections/namespaces": { rows: [{ key: "a", cluster: "local", name: "payments" }] },
    "collections/pods": { rows: [], total: 7, facets: {}, freshness: [] },
    teams,
  });
}

function Page() {
  const [search, setSearch] = usePageSearch();
  return (
    <>
      <ScopeSelectors />
      <LiveTable collection="pods" title="Pods" search={search} onSearch={setSearch} />
    </>
  );
}

const empty = { rows: [], total: 0 };

beforeEach(() => {
  answer(TEAMS);
  act(() => settle());
});

test("a team is chosen, asked for, kept beside what else is chosen, and cleared", async () => {
  const { socket, location } = await renderInConsole(<Page />, "/workloads?namespace=payments");
  await subscribed(socket);
  await userEvent.click(await screen.findByRole("button", { name: "Team: All teams" }));
  await userEvent.click(await screen.findByRole("option", { name: "blue" }));
  await waitFor(() => expect(location()).toBe("/workloads?namespace=payments&team=blue"));
  await waitFor(() => expect(socket.last("subscribe")?.query.team).toBe("blue"));
  expect(socket.last("subscribe")?.query.filter).toEqual(['namespace="payments"']);
  await userEvent.click(screen.getByRole("button", { name: "Team: blue" }));
  await expectAccessible();
  await userEvent.click(await screen.findByRole("option", { name: "All teams" }));
  await waitFor(() => expect(location()).toBe("/workloads?namespace=payments"));
  await waitFor(() => expect(socket.last("subscribe")?.query.team).toBe(""));
});

test("without a team there is nothing to choose", async () => {
  answer([]);
  const { socket } = await renderInConsole(<Page />, "/workloads");
  await subscribed(socket);
  await screen.findByRole("button", { name: "Namespace: All namespaces" });
  expect(screen.queryByRole("button", { name: /^Team/ })).toBeNull();
});

test("a page that cannot be narrowed shows no selector and asks for everything", async () => {
  const { socket } = await renderInConsole(<Page />, "/access?team=blue");
  await subscribed(socket);
  expect(socket.last("subscribe")?.query.team).toBe("");
  expect(screen.queryByRole("button", { name: /^Team/ })).toBeNull();
});

test("an empty table says whether the team owns nothing at all, or nothing of this", async () => {
  const first = await renderInConsole(<Page />, "/workloads?team=green");
  await subscribed(first.socket);
  first.snapshot(empty);
  await screen.findByRole("heading", { name: "green owns nothing yet" });
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Team: green" }));
  await userEvent.click(await screen.findByRole("option", { name: "blue" }));
  await waitFor(() => expect(first.socket.last("subscribe")?.query.team).toBe("blue"));
  first.snapshot(empty);
  await screen.findByRole("heading", { name: "Nothing of blue here" });
  expect(screen.getByText("7 exist outside of what is chosen above.")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Show all teams" }));
  await waitFor(() => expect(first.location()).toBe("/workloads"));
});

test("a team that is not there, or may not be seen, is said to be so and shows no row", async () => {
  const { socket, snapshot } = await renderInConsole(<Page />, "/workloads?team=blue");
  await subscribed(socket);
  snapshot({ rows: [{ key: "a", name: "web-1", namespace: "shop", cluster: "local" }] });
  await screen.findByText("web-1");
  const problem = { type: "about:blank", title: "Not found", status: 404, detail: "No team" };
  act(() => socket.receive({ op: "error", id: socket.last("subscribe")?.id ?? "", problem }));
  await screen.findByRole("heading", { name: "There is no team blue, or you may not see it" });
  expect(screen.queryByText("web-1")).toBeNull();
});

test("a download is of the team, too", () => {
  const query = toQuery(PODS, {}, [], [], "blue");
  expect(fileUrl("pods", query, { units: "raw" })).toContain("team=blue");
  expect(fileUrl("pods", { ...query, team: "" }, { units: "raw" })).not.toContain("team");
});
