import type { Action, Effect } from "../../actions/action";
import {
  deleteConnection,
  readConnection,
  readConnectionImpact,
  reauthenticateConnection,
  switchConnection,
} from "../../api/generated/sdk.gen";
import type { ConnectionView } from "./api";
import { fieldsOfWay, type Values, wayOf } from "./fields";
import { against, type Settings, TEST_MS } from "./saving";

/** The rows that disappear from the pages with the connection. */
async function disappearing({ kind, name }: ConnectionView): Promise<Effect[]> {
  const { data } = await readConnectionImpact({ path: { kind, name } });
  return data.rows.map(({ collection, title, rows }) => ({ collection, what: title, count: rows }));
}

/** As it is now: its page may not have heard yet of what was saved on it a moment ago. */
const present = async ({ kind, name }: ConnectionView): Promise<ConnectionView> =>
  (await readConnection({ path: { kind, name } })).data;

const asConnection = (_: ConnectionView, current: unknown) => current as ConnectionView;

const switching = (disabled: boolean): Action<ConnectionView> => ({
  id: disabled ? "connection.disable" : "connection.enable",
  needs: ["connection-settings", "update"],
  verb: disabled ? "connections.disable.do" : "connections.enable.do",
  title: disabled ? "connections.disable.title" : "connections.enable.title",
  body: disabled ? "connections.disable.body" : "connections.enable.body",
  danger: disabled,
  load: present,
  ...(disabled ? { effects: disappearing } : {}),
  run: async (connection) => {
    const { data, requestId } = await change(connection, disabled);
    return { requestId, undo: async () => change(data, !disabled) };
  },
  onto: asConnection,
});

const change = (connection: ConnectionView, disabled: boolean) =>
  switchConnection({ ...against(connection), body: { disabled } });

export const switchOff = switching(true);
export const switchOn = switching(false);

/** Forgets a connection and its credentials; the system itself is not touched. */
export const removeConnection: Action<ConnectionView> = {
  id: "connection.delete",
  final: true,
  needs: ["connection-settings", "delete"],
  verb: "connections.delete.do",
  title: "connections.delete.title",
  body: "connections.delete.body",
  danger: true,
  goes: true,
  load: present,
  effects: disappearing,
  run: async (connection) => {
    const { requestId } = await deleteConnection(against(connection));
    return { requestId, href: "/connections" };
  },
  onto: asConnection,
};

/** New credentials for the same system, tried before they take the old ones' place. */
export const reauthenticate: Action<Settings, Values> = {
  id: "connection.reauthenticate",
  final: true,
  needs: ["connection-settings", "update"],
  verb: "connections.reauthenticate.do",
  title: "connections.reauthenticate.title",
  body: "connections.reauthenticate.body",
  draft: ({ connection }) => `${connection.kind}/${connection.name}`,
  load: async ({ connection, kind }) => ({ kind, connection: await present(connection) }),
  fields: ({ connection, kind }) =>
    fieldsOfWay(kind, wayOf(kind, connection.way), connection.secrets).filter(
      ({ secret }) => secret,
    ),
  run: async ({ connection }, values) => {
    const body = { values };
    const one = { ...against(connection), body, deadline: TEST_MS };
    const { requestId } = await reauthenticateConnection(one);
    return { requestId };
  },
  onto: ({ kind }, current) => ({ kind, connection: current as ConnectionView }),
};
