import type { Action } from "../../actions/action";
import type { TaintView } from "../../api/generated/types.gen";
import type { Field } from "../../forms/field";
import { operating } from "./actions";
import { rightOn } from "./effects";
import { type Operated, stateOf } from "./operated";
import { act } from "./sending";

interface Pair {
  key: string;
  value: string;
}

interface Labelled {
  labels: readonly Pair[];
  annotations: readonly Pair[];
}

const MOST = 64;

const KEY: Field = {
  id: "key",
  input: "text",
  label: "operate.labels.key",
  required: true,
  maxLength: 317,
};
const VALUE: Field = { id: "value", input: "text", label: "operate.labels.value" };

const list = (id: "labels" | "annotations"): Field => ({
  id,
  input: "list",
  label: `operate.labels.${id}`,
  things: {
    one: `operate.labels.one.${id}`,
    add: `operate.labels.add.${id}`,
    fields: [KEY, VALUE],
    most: MOST,
  },
  ...(id === "annotations" ? { rare: true } : {}),
});

/** Those that fit on a line; longer ones are programs' own. */
const pairs = (held: Readonly<Record<string, string>>): readonly Pair[] =>
  Object.entries(held)
    .filter(([, value]) => !value.includes("\n"))
    .map(([key, value]) => ({ key, value }));

const heldBy = (target: Operated): Labelled => {
  const { labels, annotations } = stateOf(target);
  return { labels: pairs(labels), annotations: pairs(annotations) };
};

/** What was set, changed and removed, each with what it was: others may change others. */
export function entriesOf(among: keyof Labelled, before: readonly Pair[], after: readonly Pair[]) {
  const [old, now] = [mapOf(before), mapOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((key) => old.get(key) !== now.get(key))
    .map((key) => ({ among, key, value: now.get(key) ?? null, was: old.get(key) ?? null }));
}

const mapOf = (held: readonly Pair[]) => new Map(held.map(({ key, value }) => [key, value]));

/** Sets and removes labels and annotations of an object of a kind. */
export const label = (kind: string): Action<Operated, Labelled> => ({
  ...operating<Labelled>("labels", [rightOn(kind), "update"], {
    verb: "operate.labels.do",
    title: "operate.labels.title",
  }),
  fields: [list("labels"), list("annotations")],
  before: heldBy,
  whole: true,
  run: (target, body) => {
    const before = heldBy(target);
    const entries = (["labels", "annotations"] as const).flatMap((among) =>
      entriesOf(among, before[among], body[among] ?? []),
    );
    return act("labels", target, { entries });
  },
});

interface Tainted {
  taints: readonly TaintView[];
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

/** Which pods a node keeps away, or throws out. */
export const taint: Action<Operated, Tainted> = {
  ...operating<Tainted>("taints", ["machine", "update"], {
    verb: "operate.taints.do",
    title: "operate.taints.title",
    body: "operate.taints.body",
  }),
  fields: [
    {
      id: "taints",
      input: "list",
      label: "operate.taints.taints",
      things: {
        one: "operate.taints.one",
        add: "operate.taints.add",
        fields: [
          KEY,
          VALUE,
          {
            id: "effect",
            input: "choice",
            label: "operate.taints.effect",
            required: true,
            initial: "NoSchedule",
            options: EFFECTS.map((value) => ({ value, help: "" })),
          },
        ],
        most: MOST,
      },
    },
  ],
  before: (target) => ({ taints: stateOf(target).taints ?? [] }),
  whole: true,
  run: (target, { taints }) => act("taints", target, { taints, was: stateOf(target).taints ?? [] }),
};
