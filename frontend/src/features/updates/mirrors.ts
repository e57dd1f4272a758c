import type { Action } from "../../actions/action";
import { mirrorChangeBody, newMirrorBody } from "../../api/generated/bodies.gen";
import {
  getRegisteredMirror,
  registerMirror as register,
  renameMirror as rename,
  unregisterMirror as unregister,
} from "../../api/generated/sdk.gen";
import type { MirrorChange, NewMirror, RegisteredMirrorView } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { edited, match, onto, type Seen, viewOf } from "../../updates/edited";

type Mirror = Seen<RegisteredMirrorView>;

const load = async ({ id }: Mirror): Promise<Mirror> => ({
  id,
  view: (await getRegisteredMirror({ path: { mirror_id: id } })).data,
});

const one = (view: RegisteredMirrorView) => ({
  path: { mirror_id: view.id },
  headers: match(view),
});

const NAME = { name: { label: "updates.field.name", required: true } } as const;

/** Says that a server mirrors an application, given by its id, where its requests do not. */
export const registerMirror: Action<string, NewMirror> = {
  id: "mirror.register",
  needs: ["update-mirror", "create"],
  verb: "updates.mirror.add.do",
  title: "updates.mirror.add.title",
  body: "updates.mirror.add.body",
  fields: fieldsOf(newMirrorBody, {
    ...NAME,
    machine_id: {
      label: "updates.field.machineId",
      help: "updates.mirror.machineHelp",
      required: true,
    },
  }),
  run: async (application, body) => {
    const path = { application_id: Number(application) };
    const { data, requestId } = await register({ path, body });
    const undo = () => unregister(one(data));
    return { requestId, href: "/updates/mirrors", undo };
  },
};

const before = ({ view }: Mirror): Partial<MirrorChange> => (view ? { name: view.name } : {});

export const renameMirror: Action<Mirror, MirrorChange> = {
  id: "mirror.update",
  needs: ["update-mirror", "update"],
  verb: "updates.edit.do",
  title: "updates.edit.title",
  load,
  before,
  fields: fieldsOf(mirrorChangeBody, NAME),
  run: (mirror, body) =>
    edited(viewOf(mirror), body, before(mirror) as MirrorChange, (view, change) =>
      rename({ ...one(view), body: change }),
    ),
  onto,
};

/** From then on it is a machine like any other. */
export const unregisterMirror: Action<Mirror> = {
  id: "mirror.unregister",
  needs: ["update-mirror", "delete"],
  verb: "updates.mirror.remove.do",
  title: "updates.mirror.remove.title",
  body: "updates.mirror.remove.body",
  danger: true,
  load,
  run: async (mirror) => {
    const { application_id, machine_id, name } = viewOf(mirror);
    const done = await unregister(one(viewOf(mirror)));
    const body = { machine_id, name };
    return { ...done, undo: () => register({ path: { application_id }, body }) };
  },
  onto,
};
