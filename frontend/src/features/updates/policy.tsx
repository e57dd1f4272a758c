import type { Action } from "../../actions/action";
import { rolloutPolicyBody } from "../../api/generated/bodies.gen";
import { changePolicy, previewGroup } from "../../api/generated/sdk.gen";
import type { GroupView, RolloutPolicy } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { edited, onto, viewOf } from "../../updates/edited";
import { type Group, load, machinesOf, one } from "./groups";
import { PolicyPreview } from "./PolicyPreview";
import { WAVES, WINDOWS } from "./waves";

const before = ({ view }: Group): RolloutPolicy => view?.policy ?? {};

const send = (view: GroupView, policy: RolloutPolicy) =>
  changePolicy({ ...one(view), body: { ...policy } });

/** Who in a group gets updates, when and how fast. */
export const setPolicy: Action<Group, RolloutPolicy> = {
  id: "group.policy",
  needs: ["update-group", "update"],
  verb: "updates.policy.do",
  title: "updates.policy.title",
  body: "updates.policy.body",
  load,
  before,
  effects: machinesOf,
  fields: fieldsOf(rolloutPolicyBody, {
    enabled: { label: "updates.policy.enabled" },
    safe_mode: { label: "updates.policy.safeMode", help: "updates.policy.safeModeHelp" },
    max_updates_per_period: {
      label: "updates.policy.perPeriod",
      help: "updates.policy.perPeriodHelp",
    },
    period_seconds: { label: "updates.policy.period" },
    max_concurrent: {
      label: "updates.policy.concurrent",
      help: "updates.policy.concurrentHelp",
    },
    update_timeout_seconds: { label: "updates.policy.timeout" },
    brake_after: { label: "updates.policy.brake", help: "updates.policy.brakeHelp" },
    "schedule.spread": { label: "updates.policy.spread" },
    "schedule.percent": { label: "updates.policy.percent" },
    "schedule.duration_seconds": { label: "updates.policy.duration" },
    "schedule.frame_seconds": { label: "updates.policy.frame" },
    waves: WAVES,
    windows: WINDOWS,
    timezone: { label: "updates.policy.timezone", help: "updates.policy.timezoneHelp" },
    allow_downgrade: { label: "updates.policy.downgrade" },
    forced_checks_skip_limits: { label: "updates.policy.forced" },
    poll_seconds: { label: "updates.policy.poll", help: "updates.policy.pollHelp" },
    "platform.include": { label: "updates.policy.platforms", help: "updates.policy.listHelp" },
    "platform.exclude": { label: "updates.policy.notPlatforms" },
    "oem.include": { label: "updates.policy.oems", help: "updates.policy.listHelp" },
    "oem.exclude": { label: "updates.policy.notOems" },
    "release.minimum": { label: "updates.policy.minimum" },
    "release.maximum": { label: "updates.policy.maximum" },
  }),
  rehearse: {
    verb: "updates.policy.preview",
    within: "policy",
    run: async (group, body) => {
      const view = viewOf(group);
      const policy = { ...view.policy, ...body };
      const { data } = await previewGroup({ path: { group_id: view.id }, body: { policy } });
      return { shown: <PolicyPreview found={data} /> };
    },
  },
  run: (group, body) => edited(viewOf(group), body, before(group), send),
  onto,
};
