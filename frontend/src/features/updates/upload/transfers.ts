import { useSyncExternalStore } from "react";
import { endWithPerson } from "../../../shell/forgetOthers";

export type Stage = "reading" | "sending" | "checking" | "done" | "stopped" | "failed";

/** An upload that this tab carries, or carried: it goes on whichever page is looked at. */
export interface Transfer {
  id: string;
  /** Whose it is: nobody else who signs in sees it. */
  by: string;
  name: string;
  size: number;
  stage: Stage;
  /** Bytes read, sent or checked, by its stage. */
  done: number;
  /** Why it waits or failed, in the words of the console or of the service; null otherwise. */
  reason: string | null;
  /** The job that checks and hosts it. */
  job?: string;
  /** What it became. */
  file?: number;
}

const UNDER_WAY: ReadonlySet<Stage> = new Set(["reading", "sending"]);

let transfers: readonly Transfer[] = [];
const listeners = new Set<() => void>();
const stops = new Map<string, AbortController>();

function publish(next: readonly Transfer[]): void {
  transfers = next;
  if (next.some(isCarried)) window.addEventListener("beforeunload", hold);
  else window.removeEventListener("beforeunload", hold);
  for (const listener of listeners) listener();
}

/** Leaving the tab would stop what it sends. */
const hold = (event: BeforeUnloadEvent) => event.preventDefault();

/** Whether the tab is needed for it to go on. */
export const isCarried = ({ stage }: Transfer) => UNDER_WAY.has(stage);

/** Begins to show a transfer; the signal tells that it is to be stopped. */
export function put(transfer: Transfer): AbortSignal {
  const stop = new AbortController();
  stops.get(transfer.id)?.abort();
  stops.set(transfer.id, stop);
  publish([transfer, ...transfers.filter(({ id }) => id !== transfer.id)]);
  return stop.signal;
}

/** Notes how far it is; nothing once it was stopped or is shown no more. */
export function note(id: string, change: Partial<Transfer>): void {
  publish(transfers.map((one) => (one.id === id ? { ...one, ...change } : one)));
}

/** Stops it here; what arrived stays with the console, and it can go on later. */
export function stop(id: string): void {
  stops.get(id)?.abort();
  note(id, { stage: "stopped", reason: null });
}

// With another's session nothing that this tab does with uploads may go on.
endWithPerson(() => {
  const ended: ReadonlySet<Stage> = new Set(["done", "stopped", "failed"]);
  for (const { id, stage } of transfers) if (!ended.has(stage)) stop(id);
});

/** Shows it no longer. */
export function drop(id: string): void {
  stops.get(id)?.abort();
  stops.delete(id);
  publish(transfers.filter((one) => one.id !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What this tab carries and carried for one person, newest first. */
export function useTransfers(login: string): readonly Transfer[] {
  const all = useSyncExternalStore(subscribe, () => transfers);
  return all.filter(({ by }) => by === login);
}

/** What this tab does with one upload now. */
export const transferOf = (id: string): Transfer | undefined =>
  transfers.find((one) => one.id === id);
