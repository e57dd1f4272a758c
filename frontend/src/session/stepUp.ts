import { useSyncExternalStore } from "react";
import type { Problem } from "../api/problem";

/** Somebody is asked once more who they are; all that wait for it are told the same. */
export interface Asked {
  problem: Problem;
  /** Confirmed or not: what was asked for goes on, or is refused. */
  answer: (confirmed: boolean) => void;
  told: Promise<boolean>;
}

let asked: Asked | null = null;
const listeners = new Set<() => void>();

function change(next: Asked | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Asks the person in front of the screen to confirm who they are; one question at a time. */
export function confirmPerson(problem: Problem): Promise<boolean> {
  if (asked) return asked.told;
  let resolve: (confirmed: boolean) => void = () => undefined;
  const told = new Promise<boolean>((settle) => {
    resolve = settle;
  });
  const answer = (confirmed: boolean) => {
    change(null);
    resolve(confirmed);
  };
  change({ problem, answer, told });
  return told;
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What is asked now; null most of the time. */
export const useAsked = (): Asked | null => useSyncExternalStore(subscribe, () => asked);
