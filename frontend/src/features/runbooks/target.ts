import type { RunbookPlan } from "../../api/generated/types.gen";
import { segment } from "../../pages/page";

/** A runbook at a store, as its plan was read. */
export interface Planned {
  etcd: string;
  plan: RunbookPlan;
}

/** Names the members that were seen: nothing is done to others. */
export const seen = ({ plan }: Planned) => ({ "If-Match": `"${plan.version}"` });

export const addressOf = (etcd: string, runbook: string, job?: string) =>
  `/key-value/${segment(etcd)}/runbooks/${segment(runbook)}${job ? `/runs/${job}` : ""}`;

/** What somebody else's change made of the plan, as a 412 gives it. */
export const onto = <Target extends Planned>(target: Target, current: unknown): Target => ({
  ...target,
  plan: current as RunbookPlan,
});
