import type { SessionView } from "../api/generated/types.gen";
import { mayUse } from "./session";

/**
 * Whether the first-run guide is offered to a person: begun in this browser, or put away. What of
 * it is done is kept nowhere; that is seen from what there is.
 */
type Guide = "begun" | "away";

const keyOf = (who: string) => `craton.start.${who}`;

/** Who gets anything done there. */
export const mayStart = (session: SessionView | null) =>
  mayUse(session, "identity-provider", "create");

/** Whether the person has put it away. */
export const isAway = (who: string | undefined) => kept(who) === "away";

const kept = (who = "") => localStorage.getItem(keyOf(who));

/** Remembers it for the person, in this browser. */
export const keepGuide = (who: string, guide: Guide) => localStorage.setItem(keyOf(who), guide);

/** Whether other pages point to it: where it was begun, or nothing is there yet. */
export const pointsToGuide = (session: SessionView | null, bare: boolean) =>
  mayStart(session) && (kept(session?.id) ?? (bare && "begun")) === "begun";
