import { renderHook, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { Row } from "../api/generated/types.gen";
import { PODS } from "../test/collections";
import {
  act,
  expectAccessible,
  renderInConsole,
  screen,
  stubApi,
  subscribed,
} from "../test/console";
import { LiveTable } from "./LiveTable";
import { usePageSearch } from "./usePageSearch";
import { useSelection } from "./useSelection";

const pod = (name: string, more: Record<string, unknown> = {}): Row => ({
  key: `local/shop/${name}`,
  name,
  cluster: "local",
  namespace: "shop",
  phase: "Running",
  restarts: 0,
  memory: 1024 ** 3,
  usage: 42,
  created: Date.now() / 1000 - 60,
  labels: { app: "web" },
  ...more,
});

function Pods() {
  const [search, setSearch] = usePageSearch();
  return (
    <LiveTable
      collection="pods"
      title="Pods"
      search={search}
      onSearch={setSearch}
      emptyHint="Pods appear here."
      href={(row) => `/clusters/local/pods/shop/${row.name}`}
    />
  );
}

async function open(at = "/") {
  const console = await renderInConsole(<Pods />, at);
  await subscribed(console.socket);
  return console;
}

beforeEach(() => {
  stubApi({ collections: { collections: [PODS] } });
});

test("rows of the snapshot are shown by their column's type", async () => {
  const { snapshot } = await open();
  snapshot({ rows: [pod("web-1", { phase: "CrashLoopBackOff" }), pod("web-2")] });
  const row = screen.getByRole("row", { name: /web-1/ });
  expect(within(row).getByText("CrashLoopBackOff")).toBeDefined();
  expect(within(row).getByText("1 GiB")).toBeDefined();
  expect(within(row).getByText(/^\d+s$/)).toBeDefined();
  expect(screen.getByText("2 in total")).toBeDefined();
  await expectAccessible();
});

test("the URL is the query: filters, sort, text and scope", async () => {
  const { socket } = await open(
    "/workloads?q=web&filter=phase%3DRunning&sort=-created&cluster=local&namespace=shop&team=blue",
  );
  expect(socket.last("subscribe")?.query).toEqual({
    filter: ['cluster="local"', 'namespace="shop"', "phase=Running"],
    labels: "",
    q: "web",
    sort: ["-created"],
    facet: ["phase"],
    team: "blue",
  });
});

const PROBLEM = { type: "about:blank", detail: "" };
const NOTHING = { upsert: [], remove: [] };

test("a click on a header sorts on the server and in the URL", async () => {
  const { socket, snapshot, location } = await open();
  snapshot({ rows: [pod("web-1")] });
  await userEvent.click(screen.getByRole("button", { name: "Restarts" }));
  await waitFor(() => expect(socket.last("subscribe")?.query.sort).toEqual(["restarts"]));
  expect(location()).toContain("sort=restarts");
  expect(screen.getByText("web-1")).toBeDefined();
});

test("facets tick into one filter with counts beside them", async () => {
  const { socket, snapshot } = await open();
  snapshot({
    rows: [pod("web-1")],
    facets: {
      phase: [
        { value: "Running", count: 7 },
        { value: "Pending", count: 2 },
      ],
    },
  });
  await userEvent.click(screen.getByRole("button", { name: "Filter by Phase" }));
  await userEvent.click(await screen.findByRole("checkbox", { name: /Pending/ }));
  await waitFor(() => expect(socket.last("subscribe")?.query.filter).toEqual(["phase=Pending"]));
});

test("filtered-empty is told apart from empty, and one click clears it", async () => {
  const { socket, snapshot } = await open("/?q=nothing");
  snapshot();
  expect(await screen.findByText("Nothing matches the filters")).toBeDefined();
  await expectAccessible();
  const body = document.querySelector("[data-state=filtered-empty]") as HTMLElement;
  await userEvent.click(within(body).getByRole("button", { name: "Clear all filters" }));
  await waitFor(() => expect(socket.last("subscribe")?.query.q).toBe(""));
  snapshot();
  expect(await screen.findByText("Pods appear here.")).toBeDefined();
});

test("a refused filter is explained where the filters are and keeps the rows", async () => {
  const { socket, snapshot } = await open("/?filter=phase%3E1");
  snapshot({ rows: [pod("web-1")] });
  const id = socket.last("subscribe")?.id ?? "";
  const errors = [{ field: "phase", message: "phase takes no >.", accepts: "= or in" }];
  act(() =>
    socket.receive({
      op: "error",
      id,
      problem: { ...PROBLEM, title: "Bad query", status: 422, errors },
    }),
  );
  expect(screen.getByRole("alert").textContent).toContain("phase takes no >.");
  expect(screen.getByText("web-1")).toBeDefined();
});

test("no right shows who can give it, a failure offers another try", async () => {
  const { socket } = await open();
  const id = socket.last("subscribe")?.id ?? "";
  act(() =>
    socket.receive({ op: "error", id, problem: { ...PROBLEM, title: "Forbidden", status: 403 } }),
  );
  expect(screen.getByText("You may not see this")).toBeDefined();
  act(() =>
    socket.receive({
      op: "error",
      id,
      problem: { ...PROBLEM, title: "Broken", status: 500, detail: "It broke." },
    }),
  );
  expect(screen.getByText("It broke.")).toBeDefined();
  socket.sent.length = 0;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(socket.last("subscribe")).toBeDefined();
});

test("a stale source says since when and keeps the rows", async () => {
  const { snapshot } = await open();
  const since = new Date(2026, 0, 1, 14, 3, 11).getTime() / 1000;
  snapshot({
    rows: [pod("web-1")],
    freshness: [{ source: "kubernetes/local", state: "stale", since, message: "refused" }],
  });
  expect(screen.getByText("Stale since 14:03:11")).toBeDefined();
  expect(screen.getByText("web-1")).toBeDefined();
});

test("a changed cell glows, an unchanged one does not", async () => {
  const { socket, snapshot } = await open();
  snapshot({ rows: [pod("web-1")] });
  const id = socket.last("subscribe")?.id ?? "";
  act(() =>
    socket.receive({
      ...NOTHING,
      op: "delta",
      id,
      seq: 2,
      upsert: [pod("web-1", { restarts: 3 })],
    }),
  );
  const glowing = [...document.querySelectorAll(".cr-glow")].map((cell) =>
    cell.getAttribute("data-column"),
  );
  expect(glowing).toContain("restarts");
  expect(glowing).not.toContain("phase");
});

test("the order holds still under the pointer; what changed waits for a click", async () => {
  const { socket, snapshot } = await open();
  snapshot({ rows: [pod("b"), pod("c")] });
  const scroller = screen.getByRole("group", { name: "Rows of Pods" });
  await userEvent.hover(scroller);
  const id = socket.last("subscribe")?.id ?? "";
  const rows = [pod("a"), pod("c")];
  act(() =>
    socket.receive({
      ...NOTHING,
      op: "delta",
      id,
      seq: 2,
      upsert: [pod("a")],
      remove: [pod("b").key],
      order: rows.map(({ key }) => key),
    }),
  );
  const names = () => [...document.querySelectorAll(".cr-name-link")].map((b) => b.textContent);
  expect(names()).toEqual(["b", "c"]);
  expect(screen.getByText("deleted")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: /change waits/ }));
  await waitFor(() => expect(names()).toEqual(["a", "c"]));
});

test("another order that was asked for shows at once, also under the pointer", async () => {
  const { socket, snapshot } = await open();
  snapshot({ rows: [pod("b"), pod("c")] });
  await userEvent.hover(screen.getByRole("group", { name: "Rows of Pods" }));
  const header = screen.getByRole("columnheader", { name: "Restarts" });
  await userEvent.click(within(header).getByRole("button", { name: "Restarts" }));
  const id = socket.last("subscribe")?.id ?? "";
  // Frames of the old query may still come before the new snapshot does.
  act(() =>
    socket.receive({ ...NOTHING, op: "delta", id, seq: 2, upsert: [pod("b", { restarts: 3 })] }),
  );
  await act(async () => undefined);
  snapshot({ rows: [pod("c"), pod("b")] });
  const names = () => [...document.querySelectorAll(".cr-name-link")].map((b) => b.textContent);
  await waitFor(() => expect(names()).toEqual(["c", "b"]), { timeout: 500 });
});

test("keys move, open, select and close", async () => {
  const { snapshot, location } = await open();
  snapshot({ rows: [pod("a"), pod("b")] });
  await userEvent.keyboard("jj");
  expect(document.querySelector(".is-active")?.textContent).toContain("b");
  await userEvent.keyboard("x");
  expect(screen.getByText("1 row selected")).toBeDefined();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(location()).toContain("row="));
  const panel = await screen.findByRole("heading", { level: 2, name: "b" });
  expect(within(panel).getByRole("link").getAttribute("href")).toBe("/clusters/local/pods/shop/b");
  await expectAccessible();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(location()).not.toContain("row="));
});

test("Enter shows the row, Enter once more opens its page", async () => {
  const { snapshot, location } = await open();
  snapshot({ rows: [pod("a"), pod("b")] });
  await userEvent.keyboard("j{Enter}");
  await waitFor(() => expect(location()).toContain("row="));
  await screen.findByRole("heading", { level: 2, name: "a" });
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(location()).toBe("/clusters/local/pods/shop/a"));
});

test("after a click the keys act on the clicked row, also when live rows move it", async () => {
  const { socket, snapshot, location } = await open();
  snapshot({ rows: [pod("a"), pod("b"), pod("c")] });
  await userEvent.keyboard("j");
  await userEvent.click(screen.getByRole("link", { name: "b" }));
  await screen.findByRole("heading", { level: 2, name: "b" });
  await userEvent.unhover(screen.getByRole("group", { name: "Rows of Pods" }));
  (document.activeElement as HTMLElement).blur();
  const rows = [pod("c"), pod("a"), pod("b")];
  const order = rows.map(({ key }) => key);
  const id = socket.last("subscribe")?.id ?? "";
  act(() => socket.receive({ ...NOTHING, op: "delta", id, seq: 2, order }));
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(location()).toBe("/clusters/local/pods/shop/b"));
});

function Pageless() {
  const [search, setSearch] = usePageSearch();
  return <LiveTable collection="pods" title="Pods" search={search} onSearch={setSearch} />;
}

test("Enter on the name of an open row without a page changes nothing", async () => {
  const { socket, snapshot, location, entries } = await renderInConsole(<Pageless />, "/workloads");
  await subscribed(socket);
  snapshot({ rows: [pod("a")] });
  const name = screen.getByRole("link", { name: "a" });
  name.focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("heading", { level: 2, name: "a" });
  const before = [location(), entries()];
  name.focus();
  await userEvent.keyboard("{Enter}");
  expect([location(), entries()]).toEqual(before);
});

test("what is typed filters although rows keep coming meanwhile", async () => {
  const { socket, snapshot } = await open();
  snapshot({ rows: [pod("a")] });
  await userEvent.type(screen.getByRole("textbox", { name: /Search|Filter/ }), "web");
  const id = socket.last("subscribe")?.id ?? "";
  let seq = 2;
  const news = setInterval(() => {
    const upsert = [pod("a", { restarts: seq })];
    act(() => socket.receive({ ...NOTHING, op: "delta", id, seq: seq++, upsert }));
  }, 50);
  try {
    await waitFor(() => expect(socket.last("subscribe")?.query.q).toBe("web"), { timeout: 10_000 });
  } finally {
    clearInterval(news);
  }
});

test("a panel that cannot be asked for says why, and offers another try", async () => {
  let answer = () => new Response("<html>", { status: 502, statusText: "Bad Gateway" });
  vi.stubGlobal("fetch", async (input: string) =>
    String(input).includes("collections/pods/")
      ? answer()
      : Response.json({ collections: [PODS], rows: [] }),
  );
  const { snapshot } = await open(`/?row=${encodeURIComponent(pod("z").key)}`);
  snapshot({ rows: [pod("a")] });
  expect(await screen.findByText("Bad Gateway")).toBeDefined();
  answer = () => Response.json({ row: pod("z") });
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("heading", { level: 2, name: "z" });
  expect(screen.queryByText("Bad Gateway")).toBeNull();
});

test("unticking all that is shown leaves the other ticks", () => {
  const held = (name: string) => ({ row: pod(name), gone: false });
  const { result } = renderHook(() => useSelection([held("b")]));
  act(() => result.current.toggle(pod("a")));
  act(() => result.current.toggleAll([held("b")]));
  expect(result.current.selected.size).toBe(2);
  act(() => result.current.toggleAll([held("b")]));
  expect([...result.current.selected.keys()]).toEqual([pod("a").key]);
});

test("a name is a link to the page, and a plain click shows the row beside the table", async () => {
  const { snapshot, location } = await open();
  snapshot({ rows: [pod("a")] });
  const link = screen.getByRole("link", { name: "a" });
  expect(link.getAttribute("href")).toBe("/clusters/local/pods/shop/a");
  await userEvent.click(link);
  await waitFor(() => expect(location()).toContain("row="));
});

test("closing the panel is the browser's Back, and Back closes it", async () => {
  const { snapshot, location, back } = await open("/?q=a");
  snapshot({ rows: [pod("a"), pod("b")] });
  await userEvent.click(screen.getByRole("link", { name: "a" }));
  await screen.findByRole("heading", { level: 2, name: "a" });
  await userEvent.keyboard("j");
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(location()).toBe("/?q=a"));
  await userEvent.click(screen.getByRole("link", { name: "b" }));
  await waitFor(() => expect(location()).toContain("row="));
  back();
  await waitFor(() => expect(location()).toBe("/?q=a"));
});

test("rows are ticked one by one, from one to another, and all at once", async () => {
  const { snapshot } = await open();
  snapshot({ rows: ["a", "b", "c", "d"].map((name) => pod(name)) });
  await userEvent.click(screen.getByRole("checkbox", { name: "Select a" }));
  const user = userEvent.setup();
  await user.keyboard("{Shift>}");
  await user.click(screen.getByRole("checkbox", { name: "Select c" }));
  await user.keyboard("{/Shift}");
  expect(screen.getByText("3 rows selected")).toBeDefined();
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all rows shown" }));
  expect(screen.getByText("4 rows selected")).toBeDefined();
  await expectAccessible();
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all rows shown" }));
  expect(screen.queryByText(/selected/)).toBeNull();
});

test("the trouble-first order is shown at the status", async () => {
  stubApi({ collections: { collections: [{ ...PODS, default_sort: ["concern", "name"] }] } });
  const { snapshot } = await open();
  snapshot({ rows: [pod("a")] });
  const head = screen.getByRole("columnheader", { name: "Phase" });
  expect(head.getAttribute("aria-sort")).toBe("ascending");
});

test("what filters and the scope leave out is counted", async () => {
  stubApi({
    collections: { collections: [PODS] },
    "collections/pods": { rows: [], total: 124 },
    "collections/namespaces": { rows: [] },
  });
  const { snapshot } = await open("/?q=web");
  snapshot({ rows: [pod("web-1")] });
  expect(await screen.findByText("1 of 124")).toBeDefined();
});

test("a panel keeps the last state of a deleted row", async () => {
  const { socket, snapshot } = await open(`/?row=${encodeURIComponent(pod("a").key)}`);
  snapshot({ rows: [pod("a")] });
  await screen.findByRole("heading", { level: 2, name: "a" });
  const id = socket.last("subscribe")?.id ?? "";
  act(() =>
    socket.receive({
      ...NOTHING,
      op: "delta",
      id,
      seq: 2,
      remove: [pod("a").key],
      order: [],
      total: 0,
    }),
  );
  expect(await screen.findByText(/Deleted, seen at/)).toBeDefined();
  expect(screen.getByRole("heading", { level: 2, name: "a" })).toBeDefined();
});

test("columns are chosen in the URL, name included", async () => {
  const { snapshot } = await open("/?cols=labels");
  snapshot({ rows: [pod("web-1")] });
  const heads = screen.getAllByRole("columnheader").map((head) => head.textContent);
  expect(heads).toEqual(["", "Name", "Labels"]);
  expect(screen.getByText("app=web")).toBeDefined();
});

test("a window of fifty thousand rows draws only what is on screen", async () => {
  const { snapshot } = await open();
  const rows = Array.from({ length: 150 }, (_, index) => pod(`p-${index}`));
  snapshot({ rows, total: 50_000 });
  expect(document.querySelectorAll("tbody tr").length).toBeLessThan(60);
  expect(screen.getByText("50,000 in total")).toBeDefined();
  expect(screen.getByRole("grid", { name: "Pods" }).getAttribute("aria-rowcount")).toBe("50001");
});
