import type { ConditionView } from "../../api/generated/types.gen";
import type { Tone } from "../../status/tone";

/** What a condition means for the reader: `Ready=False` is bad, `DiskPressure=False` is fine. */
export function conditionTone({ status, good }: ConditionView): Tone {
  if (status !== "True" && status !== "False") return "unknown";
  if (good === null) return "unknown";
  return good ? "ok" : "bad";
}

const RANK: Partial<Record<Tone, number>> = { bad: 0, unknown: 1 };

/** Troubles first, then by name: the order in which a person wants to read them. */
export function byConcern(conditions: readonly ConditionView[]): ConditionView[] {
  const rank = (condition: ConditionView) => RANK[conditionTone(condition)] ?? 2;
  return [...conditions].sort((a, b) => rank(a) - rank(b) || a.type.localeCompare(b.type));
}
