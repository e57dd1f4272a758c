import { useEffect, useRef } from "react";
import type { TerminalContainer, TerminalView } from "../../../api/generated/types.gen";

/** Whether a debug container has yet to start: it is looked at more often then. */
export const waits = (view: TerminalView | undefined): boolean =>
  view?.containers.some(({ role, running, ended }) => role === "debug" && !running && !ended) ===
  true;

/** Chooses a debug container that came while one looked: whoever started it wants to be in it. */
export function useNewcomer(
  containers: readonly TerminalContainer[],
  choose: (name: string) => void,
): void {
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (containers.length === 0) return;
    const before = known.current;
    known.current = new Set(containers.map(({ name }) => name));
    const come = containers.find(({ name, role }) => role === "debug" && !before?.has(name));
    if (before && come) choose(come.name);
  }, [containers, choose]);
}
