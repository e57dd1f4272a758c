import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AHEAD, endOf, PIECE, Typed } from "./frames";
import { Link, type Listener } from "./link";
import { wordsOf } from "./words";

test("no more is on its way than the container takes", () => {
  const sent: Uint8Array[] = [];
  const typed = new Typed((piece) => sent.push(piece));
  const whole = Uint8Array.from({ length: 3 * AHEAD }, (_, n) => n % 251);
  typed.add(whole);
  const bytes = () => sent.reduce((sum, piece) => sum + piece.length, 0);
  expect(bytes()).toBe(AHEAD);
  expect(Math.max(...sent.map(({ length }) => length))).toBe(PIECE);
  typed.took(10);
  expect(bytes()).toBe(AHEAD + PIECE);
  while (bytes() < whole.length) typed.took(AHEAD);
  expect(sent.flatMap((piece) => [...piece])).toEqual([...whole]);
});

test.each([
  ["", []],
  ["  ps   aux ", ["ps", "aux"]],
  [`sh -c 'echo "$HOME"; exit 3'`, ["sh", "-c", 'echo "$HOME"; exit 3']],
  [`a"b c"d ''`, ["ab cd", ""]],
  ["one\\ word two", ["one word", "two"]],
  [`'it'\\''s'`, ["it's"]],
])("the words of %s", (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});

test.each([
  [1012, "restarted"],
  [4401, "signedOut"],
  [4403, "right"],
  [4429, "tooMany"],
  [1006, "lost"],
])("a socket that ends with %i", (code, reason) => {
  expect(endOf(code)).toBe(reason);
});

class Socket {
  static readonly OPEN = 1;
  static last: Socket;
  readonly sent: (string | Uint8Array)[] = [];
  readyState = 0;
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string | ArrayBuffer }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;

  constructor(readonly url: URL) {
    Socket.last = this;
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  tell(frame: object) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  send(data: string | Uint8Array) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 3;
  }

  get said() {
    return this.sent.filter((one) => typeof one === "string").map((one) => JSON.parse(one));
  }
}

beforeEach(() => vi.stubGlobal("WebSocket", Socket));
afterEach(() => vi.unstubAllGlobals());

const ASKED = { cluster: "c", namespace: "n", pod: "p", container: "main", command: [] };

const listener = (): Listener => ({
  opened: vi.fn(),
  shown: vi.fn(),
  idle: vi.fn(),
  refused: vi.fn(),
  ended: vi.fn(),
});

test("it opens with the size it has by then, and acknowledges what was drawn", () => {
  const heard = listener();
  const link = new Link(ASKED, { columns: 80, rows: 24 }, heard);
  const socket = Socket.last;
  expect(socket.url.pathname).toBe("/api/v1/clusters/c/exec/n/p");
  expect(socket.url.protocol).toBe("ws:");
  link.resize({ columns: 100, rows: 30 });
  socket.open();
  expect(socket.said).toEqual([
    { op: "open", container: "main", command: [], columns: 100, rows: 30 },
  ]);
  socket.onmessage({ data: new Uint8Array([1, 2, 3]).buffer });
  expect(socket.said).toHaveLength(1);
  const [data, drawn] = vi.mocked(heard.shown).mock.lastCall ?? [];
  expect([...(data ?? [])]).toEqual([1, 2, 3]);
  drawn?.();
  expect(socket.said.at(-1)).toEqual({ op: "taken", bytes: 3 });
  socket.tell({ op: "beat" });
  expect(socket.said.at(-1)).toEqual({ op: "here" });
});

test("its end is told once, by the console or by the socket", () => {
  const heard = listener();
  const link = new Link(ASKED, { columns: 80, rows: 24 }, heard);
  Socket.last.open();
  Socket.last.tell({ op: "ended", reason: "exited", code: 7, message: "" });
  Socket.last.onclose({ code: 1000 });
  link.close();
  expect(heard.ended).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 7 }));
  const other = listener();
  new Link(ASKED, { columns: 80, rows: 24 }, other);
  Socket.last.onclose({ code: 1006 });
  expect(other.ended).toHaveBeenCalledExactlyOnceWith({ reason: "lost" });
  const dropped = listener();
  new Link(ASKED, { columns: 80, rows: 24 }, dropped).drop();
  Socket.last.onclose({ code: 1005 });
  expect(dropped.ended).not.toHaveBeenCalled();
});

test("a refusal is no end", () => {
  const heard = listener();
  new Link(ASKED, { columns: 80, rows: 24 }, heard);
  Socket.last.open();
  const problem = { type: "urn:craton:problem:no-shell", title: "x", status: 409, detail: "y" };
  Socket.last.tell({ op: "refused", problem });
  Socket.last.onclose({ code: 1000 });
  expect(heard.refused).toHaveBeenCalledExactlyOnceWith(problem);
  expect(heard.ended).not.toHaveBeenCalled();
});
