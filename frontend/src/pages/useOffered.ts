import { useCallback } from "react";
import { mayUse, useSession } from "../session/session";
import type { Command, PageManifest } from "./page";

/** Whether the viewer's rights make a page of any use: for what is offered, never a decision. */
export function useOffered(): (page: PageManifest) => boolean {
  const session = useSession();
  return useCallback(
    ({ needs }) => !needs || needs.some(([kind, verb]) => mayUse(session, kind, verb)),
    [session],
  );
}

/** The same for a command of the palette. */
export function useOfferedCommand(): (command: Command) => boolean {
  const session = useSession();
  return useCallback(({ needs }) => !needs || mayUse(session, needs[0], needs[1]), [session]);
}
