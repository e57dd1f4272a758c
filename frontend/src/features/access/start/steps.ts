import type { BreakGlassView, SessionView } from "../../../api/generated/types.gen";
import { mayUse } from "../../../session/session";

/** The steps from an empty console to a team that signs in, in the order they are proposed. */
export const STEPS = ["account", "systems", "provider", "groups", "people", "glass"] as const;
export type StepId = (typeof STEPS)[number];

/** How a step stands; `later` waits for another one, `denied` for somebody with more rights. */
export type StepState = "done" | "next" | "open" | "later" | "denied";

/** Of one kind of systems. */
export interface Systems {
  title: string;
  all: number;
  connected: number;
}

/** One provider that is there. */
export interface Provider {
  name: string;
  label: string;
  active: boolean;
  people: number;
}

/** What there is; what the viewer may not see, or could not be read, is not there. */
export interface Found {
  account?: { factor: boolean; password: boolean } | undefined;
  systems?: readonly Systems[] | undefined;
  providers?: readonly Provider[] | undefined;
  /** Roles that groups of providers hold. */
  groups?: number | undefined;
  people?: { accounts: number; invitations: number } | undefined;
  glass?: BreakGlassView["state"] | undefined;
}

export interface Step {
  id: StepId;
  state: StepState;
}

/** What each step needs to be done; one's own account is everybody's own. */
const NEEDS: Record<Exclude<StepId, "account">, readonly [kind: string, verb: string]> = {
  systems: ["connection-settings", "create"],
  provider: ["identity-provider", "create"],
  groups: ["binding", "create"],
  people: ["user", "create"],
  glass: ["identity-provider", "update"],
};

/** Whether the viewer can do the step. */
export function mayDo(session: SessionView | null, id: StepId): boolean {
  if (id === "account") return true;
  if (!mayUse(session, ...NEEDS[id])) return false;
  return id !== "glass" || isOwner(session);
}

/** Who holds the break-glass account's code can be an owner, so only an owner makes it. */
function isOwner(session: SessionView | null): boolean {
  const whole = `org/${session?.organisation}`;
  return session?.roles.some(({ role, scope }) => role === "owner" && scope === whole) ?? false;
}

/** How every step stands. The first that the viewer can do, and that waits for nothing, is next. */
export function stepsOf(found: Found, session: SessionView | null): Step[] {
  const states = STEPS.map((id) => ({ id, state: stateOf(id, found, session) }));
  const next = states.find(({ state }) => state === "open");
  return states.map((step) => (step === next ? { ...step, state: "next" } : step));
}

function stateOf(id: StepId, found: Found, session: SessionView | null): StepState {
  if (isDone(id, found)) return "done";
  if (!mayDo(session, id)) return "denied";
  const waits = id === "groups" || id === "glass";
  return waits && !isDone("provider", found) ? "later" : "open";
}

function isDone(id: StepId, found: Found): boolean {
  switch (id) {
    case "account":
      return found.account !== undefined && (found.account.factor || !found.account.password);
    case "systems":
      return found.systems?.some(({ connected }) => connected > 0) ?? false;
    case "provider":
      return found.providers?.some(({ active }) => active) ?? false;
    case "groups":
      return (found.groups ?? 0) > 0;
    case "people":
      return found.people !== undefined && found.people.accounts + found.people.invitations > 1;
    case "glass":
      return found.glass === "sealed";
  }
}
