import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { SeriesView, UsageView } from "../../../api/generated/types.gen";
import { shapeOf } from "../../../kube/usage/UsedTrend";
import { renderInConsole } from "../../../test/console";
import { boundsOf, lines } from "./lines";
import { UsagePanel } from "./UsagePanel";

// A canvas is drawn on by browsers alone: tests/browser/test_usage.py looks at it.
vi.mock("./plot", () => ({ drawn: () => ({ redraw: () => undefined, end: () => undefined }) }));

const MIB = 1024 * 1024;

function series(name: string, more: Partial<SeriesView> = {}): SeriesView {
  return {
    name,
    cpu: [null, 0.02, 0.01],
    memory: [null, 2 * MIB, 3 * MIB],
    cpu_request: 0.01,
    cpu_limit: null,
    memory_request: 4 * MIB,
    memory_limit: 512 * MIB,
    ...more,
  };
}

function answers(more: Partial<UsageView>): void {
  const usage: UsageView = {
    state: "measured",
    message: "",
    since: 1_790_000_000,
    times: [1_790_000_000, 1_790_000_015, 1_790_000_030],
    series: [series("web")],
    pods: null,
    more: false,
    ...more,
  };
  vi.stubGlobal("fetch", async () => Response.json(usage));
}

const show = (kind = "pods") =>
  renderInConsole(<UsagePanel path={{ cluster: "c", kind, namespace: "shop", name: "web-1" }} />);

test("what is used stands in words and figures beside the chart", async () => {
  answers({});
  await show();
  await screen.findByRole("img", { name: "CPU: web: now 10m, at most 20m; Requested 10m" });
  screen.getByRole("img", { name: "Memory: web: now 3 MiB, at most 3 MiB; Requested 4 MiB" });
  const memory = within(screen.getByRole("table", { name: "Memory" }));
  memory.getByText(/512 MiB/);
  memory.getByText(/above the chart/);
});

test("containers are told apart, and a workload says of how many pods it is the sum", async () => {
  answers({ series: [series("web"), series("side", { cpu: [null, null, null] })] });
  await show();
  await screen.findByRole("img", {
    name: "CPU: web: now 10m, at most 20m; side: nothing measured",
  });
  const cpu = within(screen.getByRole("table", { name: "CPU" }));
  expect(cpu.getAllByRole("rowheader").map((cell) => cell.textContent)).toEqual(["web", "side"]);
});

test("a sum says of how many pods it is", async () => {
  answers({ series: [series("")], pods: 500, more: true });
  await show("deployments");
  await screen.findByText("the first 500 pods together in the last hour");
});

test("that nothing measures the cluster is said, and no chart of zeros is drawn", async () => {
  const none = { cpu: [null], memory: [null] };
  answers({
    state: "absent",
    message: "This cluster measures nothing: metrics-server is not installed.",
    series: [series("web", none)],
  });
  await show();
  await screen.findByText(/metrics-server is not installed/);
  expect(screen.queryByRole("img")).toBeNull();
});

test("old figures are marked as old, with the reason", async () => {
  answers({ state: "stale", message: "metrics-server does not answer: connection refused" });
  await show();
  await screen.findByText(/No new figures since/);
  screen.getByText(/connection refused/);
  screen.getByRole("img", { name: /^CPU/ });
});

test("a console that may not read says so", async () => {
  answers({ state: "denied", message: "nodes.metrics.k8s.io is forbidden", series: [] });
  await show();
  await screen.findByText(/is forbidden/);
});

test("one that has just begun says that", async () => {
  answers({ state: "waiting", series: [series("web", { cpu: [], memory: [] })], times: [] });
  await show("nodes");
  await screen.findByText(/within half a minute/);
});

test("bounds are drawn of one line, and where the curve would not lie on the ground", () => {
  const one = lines([series("web")], "cpu");
  expect(boundsOf(one)).toEqual({ shown: [{ bound: "request", at: 0.01 }], top: 0.02 });
  const near = lines([series("web", { memory_limit: 6 * MIB })], "memory");
  expect(boundsOf(near).shown.map(({ bound }) => bound)).toEqual(["request", "limit"]);
  expect(boundsOf(near).top).toBe(6 * MIB);
  expect(boundsOf(lines([series("web")], "memory")).top).toBe(4 * MIB);
  expect(boundsOf(lines([series("a"), series("b")], "cpu")).shown).toEqual([]);
});

test("a trend stands at the right end of its room, and has gaps", () => {
  expect(shapeOf([0, 2])).toBe("M42.5 13.0L44.0 1.0");
  expect(shapeOf([1, null, 1])).toBe("M41.0 1.0M44.0 1.0");
  expect(shapeOf([null])).toBe("");
});
