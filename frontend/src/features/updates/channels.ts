import type { Action } from "../../actions/action";
import { channelChangeBody, floorChangeBody, newChannelBody } from "../../api/generated/bodies.gen";
import {
  changeChannel,
  createChannel,
  deleteChannel,
  deleteFloor,
  getChannel,
  listFloors,
  putFloor,
} from "../../api/generated/sdk.gen";
import type {
  ChannelChange,
  ChannelView,
  FloorChange,
  NewChannel,
} from "../../api/generated/types.gen";
import { type Field, fieldsOf } from "../../forms/field";
import { choicesOf, tableHref } from "../../updates/choices";
import { edited, match, onto, type Seen, viewOf } from "../../updates/edited";

type Channel = Seen<ChannelView>;

const load = async ({ id }: Channel): Promise<Channel> => ({
  id,
  view: (await getChannel({ path: { channel_id: id } })).data,
});

const one = (view: ChannelView) => ({ path: { channel_id: view.id }, headers: match(view) });

/** The packages a channel of an architecture can point at. */
const packages = (application: string | number, arch?: string, present?: ChannelView["package"]) =>
  choicesOf("packages", application, {
    title: ({ release, arch: own }) => `${release} (${own})`,
    fits: (row) => arch === undefined || arch === "all" || row.arch === arch || row.arch === "all",
    present: present && { id: present.id, name: present.release },
  });

const words = (application: string | number, view?: ChannelView | null) =>
  ({
    package_id: {
      label: "updates.field.package",
      help: "updates.channel.packageHelp",
      options: packages(application, view?.arch, view?.package),
    },
    color: { label: "updates.field.color", help: "updates.channel.colorHelp" },
  }) as const;

/** A new channel of an application, given by its id. */
export const addChannel: Action<string, NewChannel> = {
  id: "channel.create",
  needs: ["update-channel", "create"],
  verb: "updates.channel.add.do",
  title: "updates.channel.add.title",
  fields: (application) =>
    fieldsOf(newChannelBody, {
      name: { label: "updates.field.name", required: true },
      arch: { label: "updates.field.arch" },
      ...words(application),
    }),
  run: async (application, body) => {
    const path = { application_id: Number(application) };
    const { data, requestId } = await createChannel({ path, body });
    return { requestId, href: `/updates/channels?row=${data.id}` };
  },
};

const before = ({ view }: Channel): ChannelChange =>
  view ? { name: view.name, color: view.color, package_id: view.package?.id ?? null } : {};

/** Renames a channel, or points it at another package: then its groups' machines get that. */
export const editChannel: Action<Channel, ChannelChange> = {
  id: "channel.update",
  needs: ["update-channel", "update"],
  verb: "updates.edit.do",
  title: "updates.edit.title",
  body: "updates.channel.editBody",
  load,
  before,
  effects: async (channel) => {
    const { groups, name } = viewOf(channel);
    if (groups.length === 0) return [];
    const href = tableHref("groups", [`channel=${JSON.stringify(name)}`]);
    return [{ count: groups.length, what: "groups", href }];
  },
  fields: ({ view }) =>
    fieldsOf(channelChangeBody, {
      name: { label: "updates.field.name", required: true },
      ...words(view?.application_id ?? 0, view),
    }),
  run: (channel, body) =>
    edited(viewOf(channel), body, before(channel), (view, change) =>
      changeChannel({ ...one(view), body: change }),
    ),
  onto,
};

export const removeChannel: Action<Channel> = {
  id: "channel.delete",
  final: true,
  needs: ["update-channel", "delete"],
  verb: "updates.delete.do",
  title: "updates.delete.title",
  body: "updates.channel.deleteBody",
  danger: true,
  load,
  effects: editChannel.effects ?? (async () => []),
  run: (channel) => deleteChannel(one(viewOf(channel))),
  onto,
};

const floorPackage = ({ view }: Channel): Field => ({
  id: "package_id",
  label: "updates.field.package",
  input: "choice",
  whole: true,
  required: true,
  options: packages(view?.application_id ?? 0, view?.arch),
});

/**
 * A version that machines must have installed on the way up. One that is a floor already gets
 * another reason: then the way back is the old reason.
 */
export const addFloor: Action<Channel, FloorChange & { package_id: number }> = {
  id: "channel.floor",
  needs: ["update-channel", "update"],
  verb: "updates.channel.floor.do",
  title: "updates.channel.floor.title",
  body: "updates.channel.floor.body",
  load,
  fields: (channel) => [
    floorPackage(channel),
    ...fieldsOf(floorChangeBody, { reason: { label: "updates.field.reason" } }),
  ],
  run: async (channel, { package_id: chosen, reason = "" }) => {
    const view = viewOf(channel);
    const path = { channel_id: view.id, package_id: chosen };
    // Read now: the version that the change is of holds that nobody sets one in between.
    const floors = (await listFloors({ path: { channel_id: view.id } })).data.items;
    const old = floors.find(({ package: { id } }) => id === path.package_id);
    const { data, requestId } = await putFloor({ path, headers: match(view), body: { reason } });
    const back = { path, headers: match(data) };
    return {
      requestId,
      undo: () => (old ? putFloor({ ...back, body: { reason: old.reason } }) : deleteFloor(back)),
    };
  },
  onto,
};

const floorsOf = ({ id }: Channel) => listFloors({ path: { channel_id: id } });

/** A floor less: machines go past that version; undone by setting it again, with its reason. */
export const removeFloor: Action<Channel, { package_id: number }> = {
  id: "channel.floor.remove",
  needs: ["update-channel", "update"],
  verb: "updates.channel.unfloor.do",
  title: "updates.channel.unfloor.title",
  body: "updates.channel.unfloor.body",
  load,
  fields: (channel) => [
    {
      id: "package_id",
      label: "updates.channel.unfloor.which",
      input: "choice",
      whole: true,
      required: true,
      options: async () =>
        (await floorsOf(channel)).data.items.map(({ package: { id, release }, reason }) => ({
          value: String(id),
          title: reason ? `${release}: ${reason}` : release,
        })),
    },
  ],
  run: async (channel, { package_id: chosen }) => {
    const view = viewOf(channel);
    const path = { channel_id: view.id, package_id: chosen };
    const { items } = (await floorsOf(channel)).data;
    const reason = items.find(({ package: { id } }) => id === chosen)?.reason ?? "";
    const { requestId } = await deleteFloor({ path, headers: match(view) });
    const undo = async () => {
      const { data } = await getChannel({ path: { channel_id: view.id } });
      return putFloor({ path, headers: match(data), body: { reason } });
    };
    return { requestId, undo };
  },
  onto,
};
