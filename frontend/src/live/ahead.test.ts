import { beforeEach, expect, test, vi } from "vitest";
import { FakeSocket } from "../test/FakeSocket";
import type { SocketLike } from "./connection";

let socket: FakeSocket;
let opened: number;
let ahead: typeof import("./ahead");

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  ahead = await import("./ahead");
  socket = new FakeSocket();
  opened = 0;
  return () => vi.useRealTimers();
});

const open = (): SocketLike => {
  opened += 1;
  return socket;
};

function heard(taken: SocketLike): unknown[] {
  const messages: unknown[] = [];
  taken.onmessage = ({ data }) => messages.push(JSON.parse(String(data)).op);
  taken.onclose = ({ code }) => messages.push(code);
  return messages;
}

test("what came before somebody listened is told, and then what comes", async () => {
  ahead.openAhead(open);
  socket.hello();
  const taken = ahead.takeAhead();
  if (!taken) throw new Error("no socket");
  const messages = heard(taken);
  await Promise.resolve();
  socket.receive({ op: "heartbeat" } as never);
  socket.serverCloses(4401);
  expect(messages).toEqual(["hello", "heartbeat", 4401]);
});

test("it is opened and given once", () => {
  ahead.openAhead(open);
  ahead.openAhead(open);
  expect(ahead.takeAhead()).not.toBeNull();
  expect(ahead.takeAhead()).toBeNull();
  ahead.openAhead(open);
  expect(opened).toBe(1);
});

test("one that closed meanwhile is not given", () => {
  ahead.openAhead(open);
  socket.serverCloses(1006);
  expect(ahead.takeAhead()).toBeNull();
});

test("one that nobody takes is closed", () => {
  ahead.openAhead(open);
  vi.advanceTimersByTime(10_000);
  expect(socket.closed).toBe(true);
  expect(ahead.takeAhead()).toBeNull();
});
