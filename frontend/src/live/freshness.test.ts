import { expect, test } from "vitest";
import type { Freshness, FeedState as SourceState } from "../api/generated/types.gen";
import type { ConnectionState } from "./connection";
import { sourcesAsKnown, summarise } from "./freshness";

const open: ConnectionState = {
  phase: "open",
  since: 1_000,
  attempt: 0,
  retryAt: null,
  server: "a",
};
const source = (state: SourceState, since = 5): Freshness => ({
  source: state,
  state,
  since,
  message: "",
});

test("a view is as fresh as its worst source", () => {
  expect(summarise([source("live"), source("stale", 9)], open, false)).toMatchObject({
    state: "stale",
    since: 9,
  });
  expect(summarise([source("polling"), source("live")], open, false).state).toBe("polling");
  expect(summarise([source("stale"), source("denied")], open, false).state).toBe("denied");
});

test("a tab without its console is stale, whatever the sources said last", () => {
  const lost = { ...open, phase: "waiting" as const, since: 7_000 };
  expect(summarise([source("live")], lost, false)).toMatchObject({ state: "stale", since: 7 });
});

test("nothing heard yet is connecting, a collection without sources is live", () => {
  expect(summarise([], open, true).state).toBe("connecting");
  expect(summarise([], open, false).state).toBe("live");
});

test("a tab that asks over HTTP is polling at best, and one without its console knows no live source", () => {
  const polling = { ...open, phase: "waiting" as const, polling: true };
  expect(summarise([source("live")], polling, false).state).toBe("polling");
  expect(summarise([source("stale")], polling, false).state).toBe("stale");
  expect(sourcesAsKnown([source("live")], polling)[0]?.state).toBe("live");
  const lost = { ...open, phase: "waiting" as const, since: 7_000 };
  expect(sourcesAsKnown([source("live"), source("denied")], lost)).toMatchObject([
    { state: "stale", since: 7 },
    { state: "denied" },
  ]);
});
