import type { Action } from "../../actions/action";
import { whyBody } from "../../api/generated/bodies.gen";
import {
  abortRollout as abort,
  getGroup,
  getRollout,
  pauseRollout as pause,
  resumeRollout as resume,
  retryRollout as retry,
  startRollout,
} from "../../api/generated/sdk.gen";
import type { RolloutView, Why } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { match, onto, type Seen, viewOf } from "../../updates/edited";

type Rollout = Seen<RolloutView>;

const load = async ({ id }: Rollout): Promise<Rollout> => ({
  id,
  view: (await getRollout({ path: { rollout_id: id } })).data,
});

const one = (view: RolloutView) => ({ path: { rollout_id: view.id }, headers: match(view) });

export const WHY = fieldsOf(whyBody, {
  reason: { label: "updates.field.reason", help: "updates.rollout.reasonHelp" },
});

/** The machines a rollout has reached and is reaching. */
const reached = async (rollout: Rollout) => {
  const { in_progress: updating, succeeded, failed } = viewOf(rollout);
  return [
    { count: updating, what: "machines updating" },
    { count: succeeded, what: "machines updated" },
    { count: failed, what: "machines failed" },
  ].filter(({ count }) => count > 0);
};

/** Nothing more is offered until it is resumed; machines that hold a grant finish. */
export const pauseRollout: Action<Rollout, Why> = {
  id: "rollout.pause",
  needs: ["update-group", "pause"],
  verb: "updates.rollout.pause.do",
  title: "updates.rollout.pause.title",
  body: "updates.rollout.pause.body",
  fields: WHY,
  load,
  effects: reached,
  run: async (rollout, body) => {
    const { data, requestId } = await pause({ ...one(viewOf(rollout)), body });
    return { requestId, undo: () => resume(one(data)) };
  },
  onto,
};

export const resumeRollout: Action<Rollout> = {
  id: "rollout.resume",
  needs: ["update-group", "pause"],
  verb: "updates.rollout.resume.do",
  title: "updates.rollout.resume.title",
  body: "updates.rollout.resume.body",
  load,
  effects: reached,
  run: async (rollout) => {
    const { data, requestId } = await resume(one(viewOf(rollout)));
    return { requestId, undo: () => pause({ ...one(data), body: { reason: "" } }) };
  },
  onto,
};

/** Offers the update again to machines that failed. */
export const retryRollout: Action<Rollout> = {
  id: "rollout.retry",
  final: true,
  needs: ["update-group", "update"],
  verb: "updates.rollout.retry.do",
  title: "updates.rollout.retry.title",
  body: "updates.rollout.retry.body",
  load,
  effects: reached,
  run: (rollout) => retry(one(viewOf(rollout))),
  onto,
};

/** Ends it: nothing more is offered, open grants end at their machines' next check. */
export const abortRollout: Action<Rollout, Why> = {
  id: "rollout.abort",
  needs: ["update-group", "update"],
  verb: "updates.rollout.abort.do",
  title: "updates.rollout.abort.title",
  body: "updates.rollout.abort.body",
  danger: true,
  fields: WHY,
  load,
  effects: reached,
  run: async (rollout, body) => {
    const { data, requestId } = await abort({ ...one(viewOf(rollout)), body });
    const path = { group_id: data.group_id };
    const { policy } = (await getGroup({ path })).data;
    // Begun anew it would switch the group's updates on, where they were off.
    if (!policy?.enabled) return { requestId };
    const undo = async () => {
      const group = (await getGroup({ path })).data;
      return startRollout({ path, headers: match(group) });
    };
    return { requestId, undo };
  },
  onto,
};
