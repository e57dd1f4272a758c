import { beforeEach, expect, test, vi } from "vitest";
import { sha256Of } from "./hash";
import { sendRest } from "./sending";
import { hostable } from "./UploadForm";

const MIB = 1024 * 1024;
const FILE = new Blob([new Uint8Array(5 * MIB).fill(7)]);

let there = 0;
/** What happens to the next requests that send bytes, in turn. */
let fates: ("broken" | "half" | "busy" | "refused")[] = [];
let waited: (string | null)[] = [];

const problem = (status: number, detail: string) =>
  Response.json({ type: "urn:craton:problem:x", title: detail, detail, status }, { status });

beforeEach(() => {
  there = 0;
  fates = [];
  waited = [];
  vi.stubGlobal("fetch", async (_: string, { method, body, headers }: RequestInit) => {
    if (method === "GET") return Response.json({ offset: there });
    const from = Number(new Headers(headers).get("Upload-Offset"));
    const { byteLength } = body as ArrayBuffer;
    const fate = fates.shift();
    if (fate === "broken") throw new TypeError("no connection");
    if (fate === "busy") return problem(409, "somebody else writes");
    if (fate === "refused") return problem(422, "it is no payload");
    if (from !== there) return problem(409, "it stands elsewhere");
    there += fate === "half" ? Math.floor(byteLength / 2) : byteLength;
    if (fate === "half") throw new TypeError("broken off");
    return Response.json({ offset: there });
  });
});

const send = (signal = new AbortController().signal) => {
  const told: number[] = [];
  const wait = (reason: string | null) => {
    waited.push(reason);
    setTimeout(() => window.dispatchEvent(new Event("online")));
  };
  const tell = (done: number) => told.push(done);
  return sendRest({ id: "u", file: FILE, from: 0, tell, signal, wait }).then(() => told);
};

test("a file goes in pieces, each from where the console stands", async () => {
  const told = await send();
  expect(told.at(-1)).toBe(5 * MIB);
  expect(told[0]).toBe(MIB);
  expect(waited).toEqual([]);
});

test("a line that breaks is waited for, and what arrived is not sent again", async () => {
  fates = ["half", "broken", "busy"];
  const told = await send();
  expect(told[0]).toBe(MIB / 2);
  expect(told.at(-1)).toBe(5 * MIB);
  expect(waited).toEqual([
    "The console cannot be reached",
    null,
    "The console cannot be reached",
    "somebody else writes",
    null,
  ]);
});

test("what waiting does not mend is thrown at once, and so is a stop", async () => {
  fates = ["refused"];
  await expect(send()).rejects.toThrow("it is no payload");
  const stop = new AbortController();
  stop.abort();
  await expect(send(stop.signal)).rejects.toThrow();
});

test("a file's checksum is that of the whole, however many slices it is read in", async () => {
  const read: number[] = [];
  const found = await sha256Of(FILE, (done) => read.push(done), new AbortController().signal);
  expect(found).toBe("e2925fdd17c83c77e9a4f957fd170b2a72b48ac55968943dcf962f2b853c88a9");
  expect(read).toHaveLength(5);
});

test("a name that an address cannot hold is offered as one that it can", () => {
  expect(hostable("_my payload (1).gz")).toBe("my-payload-1-.gz");
});
