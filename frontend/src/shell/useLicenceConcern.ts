import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { readLicenceOptions } from "../api/generated/@tanstack/react-query.gen";
import type { LicenceView } from "../api/generated/types.gen";
import { serverNow } from "../format/clock";
import { mayUse, useSession } from "../session/session";

/** What whoever may act should know of the licence. */
export interface LicenceConcern {
  what: "broken" | "clock" | "degraded" | "grace" | "expiring" | "over";
  /** When what it is about comes, Unix seconds. */
  end: number;
}

const LOOK_MS = 600_000;
const KEY = "craton.licence.dismissed";
/** A licence ends at noon (UTC) of the day after its last. */
const LAST_DAY_SECONDS = 86_400;
const SOON_SECONDS = 30 * 86_400;

/**
 * The worst of it for who may put a licence in; null for everybody else, while all is well, and
 * once it was put away: then until something else is the matter.
 */
export function useLicenceConcern(): [LicenceConcern | null, dismiss: () => void] {
  const session = useSession();
  const settled = useSettled();
  const { data } = useQuery({
    ...readLicenceOptions(),
    enabled: settled && mayUse(session, "licence", "update"),
    staleTime: LOOK_MS,
    refetchInterval: LOOK_MS,
    retry: false,
  });
  const [dismissed, setDismissed] = useState(() => localStorage.getItem(KEY));
  const concern = data ? concernOf(data, serverNow()) : null;
  const key = concern ? `${concern.what} ${concern.end}` : "";
  const dismiss = () => {
    localStorage.setItem(KEY, key);
    setDismissed(key);
  };
  return [key === dismissed ? null : concern, dismiss];
}

/** The worst thing about it, seen at `now`. */
export function concernOf(licence: LicenceView, now: number): LicenceConcern | null {
  const { state, sources, keys_error, clock, entitlements } = licence;
  if (keys_error || sources.some(({ error }) => error)) return { what: "broken", end: 0 };
  if (clock.trust !== "good") return { what: "clock", end: 0 };
  if (state === "DEGRADED") return { what: "degraded", end: 0 };
  const next = licence.timeline[1]?.start ?? 0;
  if (state === "GRACE") return { what: "grace", end: next };
  if (entitlements.some(({ over }) => over)) return { what: "over", end: 0 };
  if (state === "EXPIRING" && next - now < SOON_SECONDS)
    return { what: "expiring", end: next - LAST_DAY_SECONDS };
  return null;
}

const SETTLED_MS = 5_000;

/** A licence can wait until the page itself is there. */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLED_MS);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}
