import { expect, test } from "vitest";
import type * as Server from "./generated/types.gen";
import type * as Page from "./types";

/** True when both name the same fields: what the server renames, the pages must follow. */
type Same<A, B> = [keyof A] extends [keyof B]
  ? [keyof B] extends [keyof A]
    ? true
    : false
  : false;

/** The compiler checks these; a field only one side knows turns a `true` into an error. */
const SAME: [
  Same<Page.Session, Server.SessionView>,
  Same<Page.SystemHealth, Server.SystemView>,
  Same<Page.OverviewProblem, Server.ProblemView>,
  Same<Page.Overview, Server.OverviewView>,
  Same<Page.Capacity, Server.Capacity>,
  Same<Page.StackView, Server.StackView>,
  Same<Page.Freshness, Server.FreshnessView>,
] = [true, true, true, true, true, true, true];

test("the pages' types name the fields of the server's", () => {
  expect(SAME.every(Boolean)).toBe(true);
});
