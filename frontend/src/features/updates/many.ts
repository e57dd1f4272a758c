import { inBulk } from "../../actions/inBulk";
import type {
  ChannelView,
  GroupView,
  PackageView,
  RolloutView,
  Row,
} from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { seenOf } from "../../updates/edited";
import { removeChannel } from "./channels";
import { switchOff, switchOn } from "./groups";
import { removePackage } from "./packages";
import { removePayload } from "./payloads";
import { pauseRollout, resumeRollout, WHY } from "./rollouts";

const group = (row: Row) => {
  const { key, name } = rowOf("groups", row);
  return { key, name, target: seenOf<GroupView>(key) };
};
const asksGroup = { collection: "groups", verb: "update" } as const;

export const switchGroupsOn = inBulk(switchOn, {
  asks: asksGroup,
  each: group,
  refuses: ({ view }) => (view?.policy.enabled ? "updates.group.isOn" : undefined),
});

export const switchGroupsOff = inBulk(switchOff, {
  asks: asksGroup,
  each: group,
  refuses: ({ view }) => (view?.policy.enabled ? undefined : "updates.group.isOff"),
});

const rollout = (row: Row) => {
  const { key, group: of, release } = rowOf("rollouts", row);
  return { key, name: `${of}: ${release}`, target: seenOf<RolloutView>(key) };
};
const asksRollout = { collection: "rollouts", verb: "pause" } as const;

export const pauseRollouts = inBulk(pauseRollout, {
  asks: asksRollout,
  each: rollout,
  fields: WHY,
  refuses: ({ view }) => (view?.state === "active" ? undefined : "updates.rollout.notActive"),
});

export const resumeRollouts = inBulk(resumeRollout, {
  asks: asksRollout,
  each: rollout,
  refuses: ({ view }) =>
    view?.state === "paused" || view?.state === "braked" ? undefined : "updates.rollout.notHeld",
});

export const removeChannels = inBulk(removeChannel, {
  asks: { collection: "channels", verb: "delete" },
  each: (row) => {
    const { key, name } = rowOf("channels", row);
    return { key, name, target: seenOf<ChannelView>(key) };
  },
  refuses: ({ view }) => (view?.groups.length ? "updates.channel.followed" : undefined),
});

export const removePackages = inBulk(removePackage, {
  asks: { collection: "packages", verb: "delete" },
  each: (row) => {
    const { key, release, arch } = rowOf("packages", row);
    return { key, name: `${release} (${arch})`, target: seenOf<PackageView>(key) };
  },
  refuses: ({ view }) => (view?.channels.length ? "updates.package.pointedAt" : undefined),
});

export const removePayloads = inBulk(removePayload, {
  asks: { collection: "payloads", verb: "delete" },
  each: (row) => {
    const { key, name } = rowOf("payloads", row);
    return { key, name, target: seenOf(key) };
  },
  refuses: ({ view }) => (view?.package_id ? "updates.payload.used" : undefined),
});
