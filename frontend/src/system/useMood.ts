import { useConnection } from "../live/react";
import { useOverview } from "./useOverview";

/** Whether what is on screen is only the last known state: the console does not answer. */
export function useOffline(): boolean {
  const { isError } = useOverview();
  const { phase, polling } = useConnection();
  return isError || (phase === "waiting" && !polling) || phase === "denied";
}

/** How the estate is in one word: the worst of what is wrong, as far as anybody knows. */
export function useMood(): "well" | "warn" | "bad" | "offline" {
  const { data } = useOverview();
  const offline = useOffline();
  if (offline) return "offline";
  const problems = data?.problems ?? [];
  if (problems.some(({ severity }) => severity === "error")) return "bad";
  return problems.length > 0 ? "warn" : "well";
}
