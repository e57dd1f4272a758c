import type { SignalView } from "../../api/generated/types.gen";
import { formatBytes, formatNumber, formatPercent } from "../../format/numbers";
import type { Tone } from "../../status/tone";

export const VERDICT_TONES: Record<SignalView["status"], Tone> = {
  ok: "ok",
  warning: "warn",
  critical: "bad",
  unknown: "unknown",
};

/** Seconds as people say them: `4.2 ms`, `1.5 s`, `6 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${formatNumber(Number((seconds * 1000).toPrecision(2)))} ms`;
  if (seconds < 120) return `${formatNumber(Math.round(seconds * 10) / 10)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${formatNumber(Math.round(seconds / 86_400))} d`;
}

/** A signal's number with its unit; null when it is not known or has none. */
export function formatSignal(value: number | null, unit: SignalView["unit"]): string | null {
  if (value === null) return null;
  switch (unit) {
    case "seconds":
      return formatDuration(value);
    case "percent":
      return formatPercent(Math.round(value * 10) / 10);
    case "bytes":
      return formatBytes(value);
    default:
      return formatNumber(value);
  }
}

function limitOf({ threshold, unit, bound }: SignalView): string | null {
  const limit = formatSignal(threshold, unit);
  return limit === null ? null : `${bound === "least" ? "≥" : "≤"} ${limit}`;
}

export interface SignalLine {
  id: string;
  title: string;
  /** What it should not pass, and which way. */
  limit: string | null;
  /** By member; one that does not answer keeps its place and says since when. */
  byMember: ReadonlyMap<string, SignalView>;
}

/** The members' signals as a table: one line per signal, one column per member. */
export function signalTable(signals: readonly SignalView[]): {
  members: string[];
  lines: SignalLine[];
} {
  const ofMembers = signals.filter(({ member }) => member !== "");
  const members = [...new Set(ofMembers.map(({ member }) => member))].sort();
  const lines = new Map<string, SignalLine & { byMember: Map<string, SignalView> }>();
  for (const signal of ofMembers) {
    const { id, title } = signal;
    const line = lines.get(id) ?? {
      id,
      title,
      limit: limitOf(signal),
      byMember: new Map<string, SignalView>(),
    };
    line.byMember.set(signal.member, signal);
    lines.set(id, line);
  }
  return { members, lines: [...lines.values()] };
}
