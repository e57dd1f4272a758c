import type { Action } from "../../actions/action";
import { changeConnection, createConnection, testConnection } from "../../api/generated/sdk.gen";
import { segment } from "../../pages/page";
import type { ConnectionView, KindView } from "./api";
import { fieldsOfWay, kindField, valuesOf, wayField, wayOf } from "./fields";
import { TestResult } from "./TestResult";

/** A test holds the answer back as long as the system takes to give one. */
export const TEST_MS = 30_000;

/** What the form of a new connection holds beside the fields of its way. */
interface Named {
  kind: string;
  name: string;
  way?: string;
}

/** A connection with the form of its kind. */
export interface Settings {
  connection: ConnectionView;
  kind: KindView;
}

const insist = {
  verb: "connections.saveUntested",
  after: ({ tested }: { tested?: boolean | null }) => tested === false,
} as const;

const test = async (draft: Parameters<typeof testConnection>[0]["body"]) => {
  const { data } = await testConnection({ body: draft, deadline: TEST_MS });
  return { shown: data && <TestResult found={data} /> };
};

/** A new connection, tried before it is kept. */
export const addConnection: Action<readonly KindView[], Named> = {
  id: "connection.create",
  needs: ["connection-settings", "create"],
  verb: "connections.save.new",
  title: "connections.add",
  goes: true,
  fields: (kinds, texts) => {
    const kind = kindOf(kinds, texts.kind);
    return [
      kindField(kinds),
      {
        id: "name",
        label: "connections.name",
        help: "connections.nameHelp",
        input: "text",
        required: true,
        maxLength: 64,
      },
      ...wayField(kind),
      ...fieldsOfWay(kind, wayOf(kind, texts.way)),
    ];
  },
  rehearse: { verb: "connections.test.do", run: (kinds, body) => test(named(kinds, body)) },
  insist,
  run: async (kinds, body, { insist: untested }) => {
    const sent = { ...named(kinds, body), untested };
    const { data, requestId } = await createConnection({ body: sent, deadline: TEST_MS });
    return { requestId, href: `/connections/${segment(data.kind)}/${segment(data.name)}` };
  },
};

function kindOf(kinds: readonly KindView[], id: string | undefined): KindView {
  const kind = kinds.find((found) => found.kind === id) ?? kinds[0];
  if (!kind) throw new Error("no kind of system can be connected");
  return kind;
}

function named(kinds: readonly KindView[], body: Named) {
  const kind = kindOf(kinds, body.kind);
  const way = wayOf(kind, body.way);
  return { kind: kind.kind, name: body.name, way: way.id, values: valuesOf(way, body) };
}

/** The settings of a connection made here; each save is against the version that was read. */
export const editConnection: Action<Settings, { way?: string }> = {
  id: "connection.update",
  needs: ["connection-settings", "update"],
  verb: "connections.save.changes",
  title: "connections.settings",
  whole: true,
  before: ({ connection }) => ({ ...connection.values, way: connection.way }),
  fields: ({ connection, kind }, texts) => {
    const way = wayOf(kind, texts.way ?? connection.way);
    const stored = way.id === connection.way ? connection.secrets : {};
    return [...wayField(kind), ...fieldsOfWay(kind, way, stored)];
  },
  rehearse: {
    verb: "connections.test.do",
    run: ({ connection, kind }, body) =>
      test({ kind: kind.kind, name: connection.name, ...draft(kind, connection, body) }),
  },
  insist,
  run: async ({ connection, kind }, body, { insist: untested }) => {
    const { data, requestId } = await changeConnection({
      ...against(connection),
      body: draft(kind, connection, body),
      query: { untested },
      deadline: TEST_MS,
    });
    return { requestId, now: { connection: data, kind } satisfies Settings };
  },
  onto: ({ kind }, current) => ({ kind, connection: current as ConnectionView }),
};

function draft(kind: KindView, connection: ConnectionView, body: { way?: string }) {
  const way = wayOf(kind, body.way ?? connection.way);
  return { way: way.id, values: valuesOf(way, body) };
}

/** One connection in the version that was seen. */
export const against = ({ kind, name, row_version }: ConnectionView) => ({
  path: { kind, name },
  headers: { "If-Match": `"${row_version}"` },
});
