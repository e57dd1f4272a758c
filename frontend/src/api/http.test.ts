import { expect, test, vi } from "vitest";
import { send } from "./http";

const wire = vi.fn(async (_address: string, _init: RequestInit) => Response.json({}));

test("a read whose address proxies refuse goes as a POST with the query as its body", async () => {
  vi.stubGlobal("fetch", wire);
  const query = `key=${"%2F".repeat(3_000)}`;
  await send("GET", `api/v1/etcd/local/value?${query}`, {});
  const [address, init] = wire.mock.calls[0] ?? [];
  expect(address).toBe("/api/v1/etcd/local/value");
  expect(init).toMatchObject({
    method: "POST",
    body: query,
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      "X-HTTP-Method-Override": "GET",
      "X-Craton-Request": "1",
    },
  });
  await send("GET", "api/v1/etcd/local/value?key=a", {});
  expect(wire.mock.calls[1]?.[0]).toBe("/api/v1/etcd/local/value?key=a");
  expect(wire.mock.calls[1]?.[1]).toMatchObject({ method: "GET" });
});

test("what a tab that nobody is at asks for does not count as use of the session", async () => {
  vi.stubGlobal("fetch", wire);
  const sent = async (method: "GET" | "PATCH") => {
    await send(method, "api/v1/overview", {});
    return new Headers(wire.mock.lastCall?.[1].headers).get("X-Craton-Unattended");
  };
  window.dispatchEvent(new Event("pointermove"));
  expect(await sent("GET")).toBeNull();
  const later = Date.now() + 61_000;
  const clock = vi.spyOn(Date, "now").mockReturnValue(later);
  expect([await sent("GET"), await sent("PATCH")]).toEqual(["1", null]);
  window.dispatchEvent(new Event("keydown"));
  expect(await sent("GET")).toBeNull();
  clock.mockRestore();
});
