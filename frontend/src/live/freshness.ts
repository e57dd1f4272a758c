import type { Freshness, FeedState as SourceState } from "../api/generated/types.gen";
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
  if (connection.polling && connection.phase !== "open")
    return { state: atBest(worstOf(sources)?.state), since: connection.since / 1000, sources };
  if (
    connection.phase === "waiting" ||
    connection.phase === "denied" ||
    connection.phase === "ended"
  )
    return { state: "stale", since: connection.since / 1000, sources };
  if (connection.phase !== "open" || (pending && sources.length === 0))
    return { state: "connecting", since: connection.since / 1000, sources };
  const worst = worstOf(sources);
  return worst
    ? { state: worst.state, since: worst.since, sources }
    : { state: "live", since: connection.since / 1000, sources };
}

function worstOf(sources: readonly Freshness[]): Freshness | undefined {
  let worst: Freshness | undefined;
  for (const source of sources)
    if (!worst || ORDER.indexOf(source.state) > ORDER.indexOf(worst.state)) worst = source;
  return worst;
}

/** What is asked for is polled at best, however live the console has it. */
function atBest(state: SourceState | undefined): SourceState {
  return state === undefined || state === "live" ? "polling" : state;
}

/**
 * The sources as a tab may tell of them that has lost its console: what was live is only known
 * to have been so.
 */
export function sourcesAsKnown(
  sources: readonly Freshness[],
  { phase, since, polling }: ConnectionState,
): readonly Freshness[] {
  if (phase === "open" || phase === "idle" || phase === "connecting" || polling) return sources;
  return sources.map((source) =>
    source.state === "live" || source.state === "polling"
      ? { ...source, state: "stale", since: since / 1000 }
      : source,
  );
}
