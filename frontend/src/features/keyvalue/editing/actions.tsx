import type { Action } from "../../../actions/action";
import { createKeyBody } from "../../../api/generated/bodies.gen";
import type { CreateKey, EditKey } from "../../../api/generated/types.gen";
import { fieldsOf } from "../../../forms/field";
import { written } from "./encodings";
import { KeyFacts } from "./KeyFacts";
import { draft, type Keyed, load, onto, stateOf } from "./keyed";
import { create, edit, remove, restore } from "./sending";
import { chosen, leaseFields, valueFields } from "./valueFields";

export type Edited = Omit<EditKey, "key">;

/** Another value for a key, if nobody changed it since; its lease stays unless it is given up. */
export const editing: Action<Keyed, Edited> = {
  id: "key.edit",
  needs: ["key", "update"],
  verb: "keys.edit.do",
  title: "keys.edit.title",
  load,
  onto,
  draft,
  whole: true,
  shown: (target) => <KeyFacts state={stateOf(target)} />,
  before: (target) => {
    const { encoding, text } = stateOf(target);
    return { encoding, value: text ?? "", keep_lease: true };
  },
  fields: (target, texts) => {
    const state = stateOf(target);
    const encoding = chosen(texts, state.encoding);
    const value = { encoding, value: written(state, encoding), secret: state.hidden !== "" };
    return [...valueFields(value), ...leaseFields(target.etcd, state.lease !== "", texts)];
  },
  run: ({ etcd, path, ...target }, body) => {
    const { version, lease } = stateOf({ etcd, path, ...target });
    const kept = lease !== "" && body.keep_lease !== false;
    return edit(etcd, path, version, { ...body, keep_lease: kept });
  },
};

/** The key goes; what it held can be put back until etcd compacts it. */
export const deleting: Action<Keyed> = {
  id: "key.delete",
  needs: ["key", "delete"],
  verb: "keys.delete.do",
  title: "keys.delete.title",
  body: "keys.delete.body",
  danger: true,
  load,
  onto,
  shown: (target) => <KeyFacts state={stateOf(target)} />,
  run: (target) => remove(target.etcd, target.path, stateOf(target).version),
};

/** The version of a key that is not there. */
const ABSENT = "0";

/** A key, and the revision that is to be put back. */
export interface Past extends Keyed {
  revision: number;
}

/** The key becomes again as it was, if nobody changed it since; that too can be taken back. */
export const restoring: Action<Past> = {
  id: "key.restore",
  needs: ["key", "update"],
  verb: "keys.restore.do",
  title: "keys.restore.title",
  body: "keys.restore.body",
  load: async (target) => ({ ...target, ...(await load(target)) }),
  onto: (target, current) => ({ ...target, ...onto(target, current) }),
  shown: (target) => <KeyFacts state={stateOf(target)} />,
  run: (target) => {
    const { etcd, path, revision } = target;
    return restore(etcd, path, stateOf(target).version, { revision });
  },
};

/** A key that is gone becomes again as it was, if there is still none of its name. */
export const reviving: Action<Past> = {
  id: "key.revive",
  needs: ["key", "create"],
  verb: "keys.restore.do",
  title: "keys.restore.title",
  body: "keys.gone.body",
  onto: (target, current) => ({ ...target, ...onto(target, current) }),
  shown: ({ state }) => state && <KeyFacts state={state} />,
  run: ({ etcd, path, revision, state }) =>
    restore(etcd, path, state?.version ?? ABSENT, { revision }),
};

export interface Place {
  etcd: string;
  /** The folder it is begun in. */
  folder: string;
}

const KEY = fieldsOf<CreateKey>(createKeyBody, {
  key: { label: "keys.key", help: "keys.keyHelp", input: "text" },
});

/** A key that is not there yet. */
export const creating: Action<Place, CreateKey> = {
  id: "key.create",
  needs: ["key", "create"],
  verb: "keys.create.do",
  title: "keys.create.title",
  draft: ({ etcd }) => etcd,
  fields: ({ etcd, folder }, texts) => [
    ...KEY.map((field) => ({ ...field, initial: folder })),
    ...valueFields({ encoding: chosen(texts, "text"), value: "", secret: false }),
    ...leaseFields(etcd, false, texts),
  ],
  run: ({ etcd }, body) => create(etcd, body),
};
