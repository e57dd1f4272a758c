import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Row, SnapshotFrame } from "../api/generated/types.gen";
import { ApiError } from "../api/problem";
import { FakeSocket } from "../test/FakeSocket";
import { LiveClient } from "./client";
import { type Probe, retryDelay } from "./connection";
import { EMPTY_QUERY } from "./query";

const WINDOW = { offset: 0, limit: 100 };
const row = (key: string, extra: Record<string, unknown> = {}): Row => ({ key, ...extra });

function snapshot(id: string, rows: Row[], seq = 1): SnapshotFrame {
  const total = rows.length;
  return {
    op: "snapshot",
    id,
    seq,
    offset: 0,
    rows,
    total,
    total_exact: true,
    facets: {},
    freshness: [],
  };
}

let sockets: FakeSocket[];
let ended: number;
let session: Probe;
let client: LiveClient;
const socket = () => sockets.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  ended = 0;
  session = "alive";
  client = new LiveClient({
    open: () => {
      sockets.push(new FakeSocket());
      return socket();
    },
    probe: async () => session,
    onSessionEnded: () => {
      ended += 1;
    },
    random: () => 0.5,
  });
});

afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

function open() {
  client.start();
  socket().hello();
  const subscription = client.subscribe("pods", EMPTY_QUERY, WINDOW);
  return subscription;
}

test("nothing is said into a socket that is closing", () => {
  const kept = open();
  const left = client.subscribe("nodes", EMPTY_QUERY, WINDOW);
  socket().serverIsClosing();
  const before = socket().sent.length;
  client.release(left);
  client.moveWindow(kept, { offset: 100, limit: 100 });
  expect(socket().sent).toHaveLength(before);
  socket().serverCloses(1006);
  vi.advanceTimersByTime(1_000);
  socket().hello("two");
  expect(socket().last("subscribe")).toMatchObject({ id: kept.id, offset: 100 });
});

test("a subscription made before hello is sent once the socket is open", () => {
  client.start();
  const subscription = client.subscribe("pods", EMPTY_QUERY, WINDOW);
  expect(socket().sent).toEqual([]);
  socket().hello();
  expect(socket().last("subscribe")).toMatchObject({
    id: subscription.id,
    collection: "pods",
    limit: 100,
  });
});

test("a socket that others doubt is made anew, and the rows stay until it is", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a")]));
  client.doubt();
  expect(client.getConnection().phase).toBe("waiting");
  client.doubt();
  expect(subscription.getState().rows).toHaveLength(1);
  vi.advanceTimersByTime(retryDelay(0, () => 0.5));
  expect(sockets).toHaveLength(2);
  socket().hello();
  expect(client.getConnection().phase).toBe("open");
});

test("a socket that works is kept when the console answers nobody else", () => {
  open();
  vi.advanceTimersByTime(14_000);
  client.unheard();
  expect(client.getConnection().phase).toBe("open");
  socket().receive({ op: "heartbeat", at: 1 });
  vi.advanceTimersByTime(14_000);
  client.unheard();
  expect(client.getConnection().phase).toBe("open");
  vi.advanceTimersByTime(5_000);
  client.unheard();
  expect(client.getConnection().phase).toBe("waiting");
});

test("snapshot and deltas make the rows", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a"), row("b")]));
  socket().receive({
    ...NOTHING,
    op: "delta",
    id: subscription.id,
    seq: 2,
    upsert: [row("c"), row("a", { phase: "Failed" })],
    remove: ["b"],
    order: ["c", "a"],
    total: 2,
  });
  expect(subscription.getState()).toMatchObject({
    status: "live",
    pending: false,
    total: 2,
    rows: [{ key: "c" }, { key: "a", phase: "Failed" }],
  });
});

/** A delta without news of its own. */
const NOTHING = { upsert: [], remove: [] };

test("a gap in the numbers subscribes again and keeps the old rows meanwhile", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a")]));
  socket().sent.length = 0;
  socket().receive({
    ...NOTHING,
    op: "delta",
    id: subscription.id,
    seq: 3,
    upsert: [row("z")],
    order: ["z"],
  });
  expect(socket().last("subscribe")).toBeDefined();
  expect(subscription.getState()).toMatchObject({ pending: true, rows: [{ key: "a" }] });
  socket().receive(snapshot(subscription.id, [row("z")]));
  expect(subscription.getState()).toMatchObject({ pending: false, rows: [{ key: "z" }] });
});

test("an order that names an unknown row counts as a gap", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a")]));
  socket().sent.length = 0;
  socket().receive({ ...NOTHING, op: "delta", id: subscription.id, seq: 2, order: ["a", "ghost"] });
  expect(socket().last("subscribe")).toBeDefined();
});

test("deltas between a resync and its snapshot are ignored", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a")]));
  socket().receive({ op: "resync", id: subscription.id, reason: "rights changed" });
  socket().receive({
    ...NOTHING,
    op: "delta",
    id: subscription.id,
    seq: 9,
    upsert: [row("b")],
    order: ["b"],
  });
  expect(subscription.getState().rows).toEqual([{ key: "a" }]);
});

test("a lost socket keeps rows, comes back with backoff and subscribes again", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a")]));
  socket().serverCloses(1006);
  expect(client.getConnection()).toMatchObject({ phase: "waiting", attempt: 1 });
  expect(subscription.getState().rows).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  expect(sockets).toHaveLength(2);
  socket().hello("two");
  expect(socket().last("subscribe")).toMatchObject({ id: subscription.id });
  expect(subscription.getState()).toMatchObject({ pending: true, rows: [{ key: "a" }] });
});

test("attempts wait longer and longer, never in step", () => {
  expect(retryDelay(0, () => 0)).toBe(150);
  expect(retryDelay(0, () => 1)).toBe(300);
  expect(retryDelay(3, () => 0)).toBe(1_200);
  expect(retryDelay(50, () => 1)).toBe(8_000);
});

test("silence longer than two heartbeats reconnects", () => {
  open();
  vi.advanceTimersByTime(30_000);
  expect(client.getConnection().phase).toBe("open");
  socket().receive({ op: "heartbeat", at: 1 });
  expect(socket().last("pong")).toEqual({ op: "pong" });
  vi.advanceTimersByTime(33_100);
  expect(socket().closed).toBe(true);
  expect(client.getConnection().phase).toBe("waiting");
});

test("4401 ends the session and does not reconnect", () => {
  open();
  socket().serverCloses(4401);
  vi.advanceTimersByTime(60_000);
  expect(ended).toBe(1);
  expect(sockets).toHaveLength(1);
});

test("a refused handshake asks whether the session is still there", async () => {
  session = "ended";
  client.start();
  socket().serverCloses(1006);
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toBe(1);
  expect(client.getConnection().phase).toBe("ended");
});

test("4403 shows no right and waits for the person", () => {
  open();
  socket().serverCloses(4403);
  expect(client.getConnection().phase).toBe("denied");
  client.retryNow();
  expect(sockets).toHaveLength(2);
});

test("a tab hidden for a while pauses, and resumes with fresh snapshots", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a")]));
  client.setHidden(true);
  expect(socket().last("pause")).toBeUndefined();
  vi.advanceTimersByTime(10_000);
  expect(socket().last("pause")).toBeDefined();
  client.setHidden(false);
  expect(socket().last("resume")).toBeDefined();
  expect(subscription.getState()).toMatchObject({ pending: true, rows: [{ key: "a" }] });
});

test("a refused query keeps the last good rows beside its problem", () => {
  const subscription = open();
  socket().receive(snapshot(subscription.id, [row("a")]));
  client.requery(subscription, { ...EMPTY_QUERY, filter: ["nope=1"] }, WINDOW);
  socket().receive({
    op: "error",
    id: subscription.id,
    problem: { type: "about:blank", title: "Bad filter", status: 422, detail: "" },
  });
  expect(subscription.getState()).toMatchObject({
    status: "failed",
    rows: [{ key: "a" }],
    problem: { status: 422 },
  });
});

test("released subscriptions are told to the server and no longer heard", () => {
  const subscription = open();
  client.release(subscription);
  expect(socket().last("unsubscribe")).toEqual({ op: "unsubscribe", id: subscription.id });
  socket().receive(snapshot(subscription.id, [row("a")]));
  expect(subscription.getState().status).toBe("loading");
});

test("an unreadable frame reconnects instead of guessing", () => {
  open();
  socket().onmessage?.({ data: "{" });
  expect(client.getConnection().phase).toBe("waiting");
});

const LISTED = {
  rows: [row("a"), row("b")],
  total: 2,
  total_exact: true,
  facets: {},
  next: null,
  freshness: [],
};
let asked: object[];
let answer: () => Promise<unknown>;

/** A client whose lists are answered, and whose sockets the test refuses. */
function polledClient() {
  asked = [];
  answer = async () => LISTED;
  return new LiveClient({
    open: () => {
      sockets.push(new FakeSocket());
      return socket();
    },
    probe: async () => session,
    onSessionEnded: () => undefined,
    random: () => 0.5,
    list: async (name, query) => {
      asked.push({ name, ...query });
      return (await answer()) as never;
    },
  });
}

async function refuse(polled: LiveClient, times: number) {
  for (let attempt = 0; attempt < times; attempt += 1) {
    socket().serverCloses(1006);
    while (polled.getConnection().phase !== "connecting") await vi.advanceTimersByTimeAsync(100);
  }
}

const fails =
  (status: number, type = "about:blank") =>
  () =>
    Promise.reject(new ApiError({ type, title: "gone", status, detail: "" }));

test("where no socket comes through, lists are asked for until one does", async () => {
  const polled = polledClient();
  const subscription = polled.subscribe("pods", { ...EMPTY_QUERY, filter: ["name=a"] }, WINDOW);
  polled.start();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(asked).toEqual([]);
    socket().serverCloses(1006);
    while (polled.getConnection().phase !== "connecting") await vi.advanceTimersByTimeAsync(100);
  }
  expect(asked[0]).toMatchObject({ name: "pods", limit: 100, filter: ["name=a"] });
  expect(polled.getConnection()).toMatchObject({ polling: true });
  expect(subscription.getState().rows.map(({ key }) => key)).toEqual(["a", "b"]);
  expect(subscription.getState().pending).toBe(false);

  answer = fails(0);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(polled.getConnection().polling).toBe(false);
  expect(subscription.getState().rows).toHaveLength(2);

  while (polled.getConnection().phase !== "connecting") await vi.advanceTimersByTimeAsync(1_000);
  socket().hello();
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(asked).toHaveLength(before);
  polled.stop();
});

test("a proxy's error is no answer: rows stay, and nothing claims to be asked for", async () => {
  const polled = polledClient();
  const subscription = polled.subscribe("pods", EMPTY_QUERY, WINDOW);
  polled.start();
  session = "unanswered";
  await refuse(polled, 4);
  expect(asked).toEqual([]);
  session = "alive";
  await refuse(polled, 1);
  expect(polled.getConnection().polling).toBe(true);
  answer = fails(502);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(polled.getConnection().polling).toBe(false);
  expect(subscription.getState()).toMatchObject({ status: "live", problem: null });
  answer = fails(503, "/problems/unavailable");
  await vi.advanceTimersByTimeAsync(6_000);
  expect(polled.getConnection().polling).toBe(true);
  expect(subscription.getState()).toMatchObject({ status: "failed", problem: { status: 503 } });
  polled.stop();
});

test("a tab hidden for a while asks for nothing, and at once when shown", async () => {
  const polled = polledClient();
  polled.subscribe("pods", EMPTY_QUERY, WINDOW);
  polled.start();
  await refuse(polled, 3);
  polled.setHidden(true);
  await vi.advanceTimersByTimeAsync(10_000);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(before);
  polled.setHidden(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(before + 1);
  polled.stop();
});

test("a window that moves is asked for alone, and an answer for where it was is dropped", async () => {
  const polled = polledClient();
  const pods = polled.subscribe("pods", EMPTY_QUERY, WINDOW);
  polled.subscribe("events", EMPTY_QUERY, WINDOW);
  polled.start();
  await refuse(polled, 3);
  asked.length = 0;
  polled.moveWindow(pods, { offset: 1, limit: 100 });
  polled.moveWindow(pods, { offset: 0, limit: 50 });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toMatchObject([
    { name: "pods", limit: 101 },
    { name: "pods", limit: 50 },
  ]);
  expect(pods.getState().rows).toHaveLength(2);
  polled.stop();
});
