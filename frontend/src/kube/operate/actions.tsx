import type { Action } from "../../actions/action";
import { deletionBody, scaleBody } from "../../api/generated/bodies.gen";
import type { Deletion, Scale } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import type { Right } from "../../pages/page";
import { Tried } from "./Changes";
import { effectsOf, isLarge, rightOn } from "./effects";
import { Notes } from "./Notes";
import { load, type Operated, onto, stateOf } from "./operated";
import { type ActionId, act, tryIt } from "./sending";

type Own = "verb" | "title" | "body";
type Words<Body> = Pick<Action<Operated, Body>, Own>;
type More<Body> = Partial<Omit<Action<Operated, Body>, Own | "id" | "needs" | "run" | "load">>;

/** One action on an object, as all of them are: read first, guarded by that, told with its outcome. */
export function operating<Body = object>(
  id: ActionId,
  needs: Right,
  words: Words<Body>,
  more: More<Body> = {},
): Action<Operated, Body> {
  return {
    id: `object.${id}`,
    needs,
    ...words,
    load,
    onto,
    draft: ({ path }) => Object.values(path).join("/"),
    shown: ({ state }) => <Notes notes={state?.notes ?? []} />,
    run: (target, body) => act(id, target, body),
    ...more,
  };
}

/** Has the cluster try it and shows what would change. */
export const trying = <Body,>(id: ActionId): NonNullable<Action<Operated, Body>["rehearse"]> => ({
  verb: "operate.try",
  run: async (target, body) => ({ shown: <Tried acted={await tryIt(id, target, body)} /> }),
});

export const scale = operating<Scale>(
  "scale",
  ["workload", "scale"],
  { verb: "operate.scale.do", title: "operate.scale.title", body: "operate.scale.body" },
  {
    fields: (target) =>
      fieldsOf(scaleBody, {
        replicas: {
          label: "operate.scale.replicas",
          initial: String(stateOf(target).replicas ?? ""),
        },
      }),
    rehearse: trying("scale"),
  },
);

export const restart = operating("restart", ["workload", "restart"], {
  verb: "operate.restart.do",
  title: "operate.restart.title",
  body: "operate.restart.body",
});

export const pause = operating("pause", ["workload", "pause"], {
  verb: "operate.pause.do",
  title: "operate.pause.title",
  body: "operate.pause.body",
});

export const resume = operating("resume", ["workload", "pause"], {
  verb: "operate.resume.do",
  title: "operate.resume.title",
  body: "operate.resume.body",
});

export const suspend = operating("suspend", ["workload", "pause"], {
  verb: "operate.suspend.do",
  title: "operate.suspend.title",
  body: "operate.suspend.body",
});

export const unsuspend = operating("unsuspend", ["workload", "pause"], {
  verb: "operate.unsuspend.do",
  title: "operate.unsuspend.title",
  body: "operate.unsuspend.body",
});

/** Sent twice, it starts one job: the name ends with what is drawn when the dialogue opens. */
export const runNow: Action<Operated & { key?: string }> = {
  ...operating("run", ["workload", "create"], {
    verb: "operate.run.do",
    title: "operate.run.title",
    body: "operate.run.body",
  }),
  load: async (target) => ({ ...(await load(target)), key: drawn() }),
  run: (target) => act("run", target, { key: target.key }),
};

const drawn = () =>
  [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => (byte % 36).toString(36)).join("");

export const cordon = operating("cordon", ["machine", "cordon"], {
  verb: "operate.cordon.do",
  title: "operate.cordon.title",
  body: "operate.cordon.body",
});

export const uncordon = operating("uncordon", ["machine", "cordon"], {
  verb: "operate.uncordon.do",
  title: "operate.uncordon.title",
  body: "operate.uncordon.body",
});

export const evict = operating(
  "evict",
  ["pod", "evict"],
  { verb: "operate.evict.do", title: "operate.evict.title", body: "operate.evict.body" },
  { final: true, danger: true },
);

/** Removes an object of a kind: what holds others or data is named by hand. */
export const remove = (kind: string) =>
  operating<Deletion>(
    "delete",
    [rightOn(kind), "delete"],
    { verb: "operate.delete.do", title: "operate.delete.title", body: bodyOf(kind) },
    {
      danger: true,
      final: true,
      typeName: isLarge(kind),
      effects: effectsOf,
      fields: fieldsOf(deletionBody, kind === "pods" ? { grace_seconds: GRACE } : DEPENDENTS),
    },
  );

function bodyOf(kind: string) {
  switch (kind) {
    case "namespaces":
      return "operate.delete.namespace";
    case "pods":
      return "operate.delete.pod";
    case "persistentvolumes":
    case "persistentvolumeclaims":
      return "operate.delete.data";
    case "nodes":
      return "operate.delete.node";
    case "customresourcedefinitions":
      return "operate.delete.definition";
    default:
      return "operate.delete.body";
  }
}

const GRACE = {
  label: "operate.delete.grace",
  help: "operate.delete.graceHelp",
  rare: true,
} as const;

const DEPENDENTS = {
  dependents: {
    label: "operate.delete.dependents",
    rare: true,
    options: [
      { value: "background", label: "operate.delete.background" },
      { value: "foreground", label: "operate.delete.foreground" },
      { value: "orphan", label: "operate.delete.orphan" },
    ],
  },
} as const;
