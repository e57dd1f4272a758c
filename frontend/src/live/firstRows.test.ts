import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ListAnswer, Row } from "../api/generated/types.gen";
import { ApiError } from "../api/problem";
import { FakeSocket } from "../test/FakeSocket";
import { LiveClient } from "./client";
import { isPlain } from "./firstRows";
import type { ListFetch } from "./poller";
import { EMPTY_QUERY } from "./query";

const WINDOW = { offset: 0, limit: 100 };
const rows = (...keys: string[]): Row[] => keys.map((key) => ({ key }));
const answered = (some: Row[]): ListAnswer => ({
  rows: some,
  total: some.length,
  total_exact: true,
  facets: {},
  next: null,
  freshness: [],
});

let socket: FakeSocket;
let client: LiveClient;

beforeEach(() => vi.useFakeTimers());

afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

function opened(list: ListFetch): LiveClient {
  socket = new FakeSocket();
  client = new LiveClient({
    open: () => socket,
    probe: async () => "alive",
    onSessionEnded: () => undefined,
    list,
  });
  client.start();
  return client;
}

const snapshot = (id: string, some: Row[]) =>
  socket.receive({ op: "snapshot", id, seq: 1, offset: 0, ...answered(some) } as never);

test("they stand there before the socket, and its snapshot takes their place", async () => {
  const asked: unknown[] = [];
  opened(async (collection, query) => {
    asked.push([collection, query]);
    return answered(rows("a", "b"));
  });
  const subscription = client.subscribe("pods", EMPTY_QUERY, WINDOW, true);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([["pods", { limit: 40 }]]);
  expect(subscription.getState()).toMatchObject({ status: "live", pending: true, total: 2 });
  socket.hello();
  expect(socket.last("subscribe")).toMatchObject({ id: subscription.id, limit: 100 });
  snapshot(subscription.id, rows("c"));
  expect(subscription.getState()).toMatchObject({ pending: false, rows: rows("c") });
  client.subscribe("pods", EMPTY_QUERY, WINDOW, true);
  expect(asked).toHaveLength(1);
});

test("those that come late or for another query are not shown", async () => {
  const answers: ((some: Row[]) => void)[] = [];
  opened(() => new Promise((resolve) => answers.push((some) => resolve(answered(some)))));
  const late = client.subscribe("pods", EMPTY_QUERY, WINDOW, true);
  const other = client.subscribe("pods", EMPTY_QUERY, WINDOW, true);
  client.requery(other, { ...EMPTY_QUERY, q: "web" }, WINDOW);
  socket.hello();
  snapshot(late.id, rows("new"));
  for (const answer of answers) answer(rows("old"));
  await vi.advanceTimersByTimeAsync(0);
  expect(late.getState().rows).toEqual(rows("new"));
  expect(other.getState()).toMatchObject({ status: "loading", rows: [] });
});

test("none, or a refusal, leave it to the socket to say why", async () => {
  const refusal = { type: "about:blank", title: "No", detail: "No", status: 403 };
  for (const list of [async () => answered([]), () => Promise.reject(new ApiError(refusal))]) {
    opened(list);
    const subscription = client.subscribe("pods", EMPTY_QUERY, WINDOW, true);
    await vi.advanceTimersByTimeAsync(0);
    expect(subscription.getState()).toMatchObject({ status: "loading", problem: null });
    client.stop();
  }
});

test("a table beside others, and one that is narrowed or in another order, has none", async () => {
  const list = vi.fn(async () => answered(rows("a")));
  opened(list).subscribe("pods", EMPTY_QUERY, WINDOW);
  expect(list).not.toHaveBeenCalled();
  const plain = { ...EMPTY_QUERY, sort: ["concern", "name"], facet: ["phase"] };
  expect(isPlain(plain, ["concern", "name"])).toBe(true);
  expect(isPlain({ ...plain, q: "web" }, ["concern", "name"])).toBe(false);
  expect(isPlain({ ...plain, filter: ["name=a"] }, ["concern", "name"])).toBe(false);
  expect(isPlain({ ...plain, labels: "app=a" }, ["concern", "name"])).toBe(false);
  expect(isPlain(plain, ["name"])).toBe(false);
});
