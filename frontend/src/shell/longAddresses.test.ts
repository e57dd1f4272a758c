import { expect, test } from "vitest";
import { createLongHistory, meantBy, shownAddress } from "./longAddresses";

const LONG = `/key-value/local/value?key=${"%2F".repeat(6_000)}&tab=value`;

test("what proxies refuse is not sent to them, and means the same", () => {
  const shown = shownAddress(LONG);
  const url = new URL(shown, "http://console.invalid");
  expect(url.pathname + url.search).toBe("/key-value/local/value");
  expect(url.pathname + meantBy(url.search, url.hash).search).toBe(LONG);
});

test("other addresses stay as they are", () => {
  expect(shownAddress("/machines?row=a#b")).toBe("/machines?row=a#b");
  expect(meantBy("?row=a", "#token=b")).toEqual({ search: "?row=a", hash: "#token=b" });
});

test("a page of a long address is the same after a reload and after Back", async () => {
  const history = createLongHistory();
  history.push("/machines?row=a");
  history.push(LONG);
  history.flush();
  expect(window.location.search).toBe("");
  expect(history.location.search).toBe(LONG.slice(LONG.indexOf("?")));
  const reloaded = createLongHistory();
  expect(reloaded.location.pathname + reloaded.location.search).toBe(LONG);
  reloaded.destroy();
  history.destroy();
});

test("an entry that the browser made itself has a place in the history", () => {
  const history = createLongHistory();
  window.location.hash = "#main";
  expect(window.history.state ?? null).toBeNull();
  window.dispatchEvent(new PopStateEvent("popstate"));
  expect(history.location.hash).toBe("#main");
  expect(history.location.state.__TSR_index).toBe(0);
  history.destroy();
});
