import type { Freshness, SourceState } from "../api/types";
import type { ConnectionState } from "./connection";

/** From best to worst: a view is as fresh as its worst source. */
const ORDER: readonly SourceState[] = ["live", "polling", "connecting", "stale", "denied"];

export interface Summary {
  state: SourceState;
  /** Unix seconds, of the worst source. */
  since: number;
  sources: readonly Freshness[];
}

/** The freshness of a view: its sources, unless the tab itself has lost the console. */
export function summarise(
  sources: readonly Freshness[],
  connection: ConnectionState,
  pending: boolean,
): Summary {
  if (
    connection.phase === "waiting" ||
    connection.phase === "denied" ||
    connection.phase === "ended"
  )
    return { state: "stale", since: connection.since / 1000, sources };
  if (connection.phase !== "open" || (pending && sources.length === 0))
    return { state: "connecting", since: connection.since / 1000, sources };
  let worst: Freshness | undefined;
  for (const source of sources)
    if (!worst || ORDER.indexOf(source.state) > ORDER.indexOf(worst.state)) worst = source;
  return worst
    ? { state: worst.state, since: worst.since, sources }
    : { state: "live", since: connection.since / 1000, sources };
}
