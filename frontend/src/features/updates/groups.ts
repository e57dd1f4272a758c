import type { Action, Effect } from "../../actions/action";
import { groupChangeBody, newGroupBody, rollbackBody } from "../../api/generated/bodies.gen";
import {
  changeGroup,
  changePolicy,
  createGroup,
  deleteGroup,
  getGroup,
  previewDeletion,
  rollBack as rollGroupBack,
  startRollout,
} from "../../api/generated/sdk.gen";
import type {
  DeletionView,
  GroupChange,
  GroupView,
  NewGroup,
  Rollback,
} from "../../api/generated/types.gen";
import { type Field, fieldsOf } from "../../forms/field";
import { choicesOf, tableHref } from "../../updates/choices";
import { edited, match, onto, type Seen, viewOf } from "../../updates/edited";

export type Group = Seen<GroupView>;

export const load = async ({ id }: Group): Promise<Group> => ({
  id,
  view: (await getGroup({ path: { group_id: id } })).data,
});

export const one = (view: GroupView) => ({ path: { group_id: view.id }, headers: match(view) });

const words = (application: string | number, view?: GroupView | null) =>
  ({
    track: { label: "updates.field.track", help: "updates.group.trackHelp", required: true },
    channel_id: {
      label: "updates.field.channel",
      help: "updates.group.channelHelp",
      options: choicesOf("channels", application, {
        title: ({ name, arch, target }) => `${name} (${arch})${target ? ` → ${target}` : ""}`,
        fits: ({ arch }) => !view || arch === view.arch || arch === "all",
        present: view?.channel,
      }),
    },
    description: { label: "updates.field.description" },
  }) as const;

/** A new group of an application, given by its id; it grants nothing until it is switched on. */
export const addGroup: Action<string, NewGroup> = {
  id: "group.create",
  needs: ["update-group", "create"],
  verb: "updates.group.add.do",
  title: "updates.group.add.title",
  body: "updates.group.add.body",
  fields: (application) =>
    fieldsOf(newGroupBody, {
      name: { label: "updates.field.name", required: true },
      arch: { label: "updates.field.arch" },
      ...words(application),
    }),
  run: async (application, body) => {
    const path = { application_id: Number(application) };
    const { data, requestId } = await createGroup({ path, body });
    return { requestId, href: `/updates/groups?row=${data.id}` };
  },
};

const before = ({ view }: Group): GroupChange =>
  view
    ? {
        name: view.name,
        track: view.track,
        channel_id: view.channel?.id ?? null,
        description: view.description,
      }
    : {};

/** The machines of a group, which its changes reach. */
export async function machinesOf(group: Group): Promise<Effect[]> {
  const { machines, name } = viewOf(group);
  if (machines === 0) return [];
  const href = tableHref("instances", [`group=${JSON.stringify(name)}`]);
  return [{ count: machines, what: "machines", href }];
}

export const editGroup: Action<Group, GroupChange> = {
  id: "group.update",
  needs: ["update-group", "update"],
  verb: "updates.edit.do",
  title: "updates.edit.title",
  load,
  before,
  effects: machinesOf,
  fields: ({ view }) =>
    fieldsOf(groupChangeBody, {
      name: { label: "updates.field.name", required: true },
      ...words(view?.application_id ?? 0, view),
    }),
  run: (group, body) =>
    edited(viewOf(group), body, before(group), (view, change) =>
      changeGroup({ ...one(view), body: change }),
    ),
  onto,
};

const enable = (view: GroupView, enabled: boolean) =>
  enabled ? startRollout(one(view)) : changePolicy({ ...one(view), body: { enabled } });

const switching = (enabled: boolean): Action<Group> => ({
  id: enabled ? "group.start" : "group.stop",
  needs: ["update-group", "update"],
  verb: enabled ? "updates.group.on.do" : "updates.group.off.do",
  title: enabled ? "updates.group.on.title" : "updates.group.off.title",
  body: enabled ? "updates.group.on.body" : "updates.group.off.body",
  load,
  effects: machinesOf,
  run: async (group) => {
    const { data, requestId } = await enable(viewOf(group), enabled);
    return { requestId, undo: async () => enable(data, !enabled) };
  },
  onto,
});

export const switchOn = switching(true);
export const switchOff = switching(false);

/** Sends a group to another version, usually the one before. */
export const rollBack: Action<Group, Rollback> = {
  id: "group.rollback",
  needs: ["update-group", "update"],
  verb: "updates.group.back.do",
  title: "updates.group.back.title",
  body: "updates.group.back.body",
  danger: true,
  load,
  effects: machinesOf,
  fields: ({ view }) =>
    fieldsOf(rollbackBody, {
      package_id: {
        label: "updates.field.package",
        options: choicesOf("packages", view?.application_id ?? 0, {
          title: ({ release, arch }) => `${release} (${arch})`,
          fits: ({ key, arch }) =>
            (arch === view?.arch || arch === "all") && key !== String(view?.channel?.package?.id),
        }),
      },
      detach: { label: "updates.group.detach", help: "updates.group.detachHelp" },
    }),
  run: async (group, body) => {
    const view = viewOf(group);
    const { data, requestId } = await rollGroupBack({
      ...one(view),
      body,
    });
    const old = view.channel?.package?.id;
    if (old === undefined || body.detach) return { requestId };
    return { requestId, undo: () => rollGroupBack({ ...one(data), body: { package_id: old } }) };
  },
  onto,
};

/** A group with what deleting it would affect. */
interface Doomed extends Group {
  deletion: DeletionView | null;
}

const heir = ({ view, id }: Group): Field => ({
  id: "move_to",
  label: "updates.group.heir",
  help: "updates.group.heirHelp",
  input: "choice",
  whole: true,
  options: choicesOf("groups", view?.application_id ?? 0, {
    title: ({ name, arch }) => `${name} (${arch})`,
    fits: ({ key, arch }) => key !== String(id) && (arch === view?.arch || arch === "all"),
  }),
});

/** Deletes a group with its past rollouts; its machines go to another one. */
export const removeGroup: Action<Doomed, { move_to: number | "" }> = {
  id: "group.delete",
  final: true,
  needs: ["update-group", "delete"],
  verb: "updates.delete.do",
  title: "updates.delete.title",
  body: "updates.group.deleteBody",
  danger: true,
  typeName: true,
  load: async (group) => ({
    ...(await load(group)),
    deletion: (await previewDeletion({ path: { group_id: group.id } })).data,
  }),
  effects: async (group) => {
    const { machines = 0, updating = 0, rollouts = 0 } = group.deletion ?? {};
    const { name } = viewOf(group);
    const href = tableHref("instances", [`group=${JSON.stringify(name)}`]);
    return [
      { count: machines, what: "machines", href },
      { count: updating, what: "machines that are updating" },
      { count: rollouts, what: "rollouts" },
    ].filter(({ count }) => count > 0);
  },
  fields: (group) => (group.deletion?.machines ? [heir(group)] : []),
  run: (group, { move_to: to }) => {
    const machines = group.deletion?.machines ?? 0;
    const query = to ? { move_to: to, machines } : {};
    return deleteGroup({ ...one(viewOf(group)), query });
  },
  onto: (group, current) => ({ ...group, ...onto(group, current) }),
};
