import type { Action } from "../../actions/action";
import { debugBody } from "../../api/generated/bodies.gen";
import { listReferences, readTerminal } from "../../api/generated/sdk.gen";
import type { Debug } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { operating, trying } from "./actions";
import { load, type Operated } from "./operated";

interface Debugged extends Operated {
  /** The names of its own containers: whose processes can be seen. */
  containers?: readonly string[];
}

const LAST = "craton.debug.image";

const suggest = async (text: string) => (await listReferences({ query: { text } })).data.items;

const base = operating<Debug>("debug", ["pod", "exec"], {
  verb: "operate.debug.do",
  title: "operate.debug.title",
  body: "operate.debug.body",
});

/** Starts a container with tools beside those of a pod, for a terminal in it. */
export const debug: Action<Debugged, Debug> = {
  ...base,
  load: async (target) => {
    const { cluster, namespace, name } = target.path;
    const [read, { data }] = await Promise.all([
      load(target),
      readTerminal({ path: { cluster, namespace, pod: name } }),
    ]);
    const own = data.containers.filter(({ role }) => role === "container");
    return { ...read, containers: own.map((one) => one.name) };
  },
  fields: ({ containers = [] }) =>
    fieldsOf(debugBody, {
      image: {
        label: "operate.debug.image",
        help: "operate.debug.imageHelp",
        suggest,
        initial: localStorage.getItem(LAST) ?? "",
      },
      target: {
        label: "operate.debug.target",
        help: "operate.debug.targetHelp",
        options: containers.map((value) => ({ value })),
        initial: containers[0] ?? "",
      },
    }),
  final: true,
  rehearse: trying("debug"),
  run: async (target, body, how) => {
    const done = await base.run(target, body, how);
    localStorage.setItem(LAST, body.image);
    return done;
  },
};
