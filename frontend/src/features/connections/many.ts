import type { Action } from "../../actions/action";
import { inBulk, type Ticked } from "../../actions/inBulk";
import { readConnection } from "../../api/generated/sdk.gen";
import type { Row } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import type { ConnectionView } from "./api";
import { switchOff, switchOn } from "./switching";

/** A connection by its name until it was read. */
type One = Pick<ConnectionView, "kind" | "name"> & { view?: ConnectionView };

const each = (row: Row): Ticked<One> => {
  const { key, kind, name } = rowOf("connections", row);
  return { key, name: `${kind}/${name}`, target: { kind, name } };
};

const ofMany = (action: Action<ConnectionView>): Action<One> => ({
  id: action.id,
  needs: action.needs,
  verb: action.verb,
  title: action.title,
  ...(action.danger ? { danger: true } : {}),
  load: async ({ kind, name }) => ({
    kind,
    name,
    view: (await readConnection({ path: { kind, name } })).data,
  }),
  run: ({ view }, body, how) => {
    if (!view) throw new Error("the connection was not read");
    return action.run(view, body, how);
  },
});

export const switchManyOff = inBulk(ofMany(switchOff), {
  body: "connections.disable.many",
  each,
  refuses: ({ view }) => {
    if (!view?.editable) return "connections.notHere";
    return view.disabled ? "connections.isOff" : undefined;
  },
});

export const switchManyOn = inBulk(ofMany(switchOn), {
  body: "connections.enable.many",
  each,
  refuses: ({ view }) => {
    if (!view?.editable) return "connections.notHere";
    return view.disabled ? undefined : "connections.isOn";
  },
});
