import { beforeEach, expect, test, vi } from "vitest";
import type { ChannelView, FloorView } from "../../api/generated/types.gen";
import { addFloor } from "./channels";

const CHANNEL: ChannelView = {
  id: 3,
  application_id: 1,
  name: "stable",
  arch: "amd64",
  color: "",
  package: null,
  groups: [],
  created_at: 1,
  updated_at: 1,
  version: 4,
};
const FLOOR: FloorView = {
  package: { id: 9, release: "4230.2.1" },
  reason: "new key",
  created_at: 1,
};

let items: FloorView[] = [];
let sent: [string, string | null, unknown][] = [];

beforeEach(() => {
  sent = [];
  let { version } = CHANNEL;
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const path = String(input).replace(/^.*\/api\/v1\//, "");
    if ((options.method ?? "GET") === "GET") return Response.json({ items });
    const match = new Headers(options.headers).get("If-Match");
    const body = options.body ? JSON.parse(String(options.body)) : undefined;
    sent.push([`${options.method} ${path}`, match, body]);
    version += 1;
    return Response.json({ ...CHANNEL, version }, { headers: { "X-Request-Id": "r" } });
  });
});

const add = () =>
  addFloor.run(
    { id: 3, view: CHANNEL },
    { package_id: 9, reason: "other" },
    { insist: false, found: undefined, tell: () => undefined },
  );

test("undoing a new floor removes it, against the version that made it", async () => {
  items = [{ ...FLOOR, package: { id: 8, release: "4200.0.0" } }];
  await (await add()).undo?.();
  expect(sent).toEqual([
    ["PUT updates/channels/3/floors/9", '"4"', { reason: "other" }],
    ["DELETE updates/channels/3/floors/9", '"5"', undefined],
  ]);
});

test("undoing another reason of a floor puts the old one back, and the floor stays", async () => {
  items = [FLOOR];
  await (await add()).undo?.();
  expect(sent[1]).toEqual(["PUT updates/channels/3/floors/9", '"5"', { reason: "new key" }]);
});
