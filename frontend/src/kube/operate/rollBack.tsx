import type { Action } from "../../actions/action";
import { backToBody } from "../../api/generated/bodies.gen";
import { listRevisions } from "../../api/generated/sdk.gen";
import type { BackTo, Revision } from "../../api/generated/types.gen";
import { formatExact } from "../../format/time";
import { fieldsOf, type Option } from "../../forms/field";
import { operating, trying } from "./actions";
import { load, type Operated } from "./operated";

interface Revised extends Operated {
  revisions?: readonly Revision[];
}

/** Goes back to a revision the cluster keeps; what would differ is shown first. */
export const rollBack: Action<Revised, BackTo> = {
  ...operating<BackTo>("rollback", ["workload", "rollback"], {
    verb: "operate.rollback.do",
    title: "operate.rollback.title",
    body: "operate.rollback.body",
  }),
  load: async (target) => {
    const [read, { data }] = await Promise.all([
      load(target),
      listRevisions({ path: target.path }),
    ]);
    return { ...read, revisions: data.items };
  },
  fields: ({ revisions = [] }) =>
    fieldsOf(backToBody, {
      revision: {
        label: "operate.rollback.revision",
        input: "radio",
        options: revisions.map(optionOf),
        initial: String(revisions.find(({ current }) => !current)?.number ?? ""),
      },
    }),
  rehearse: { ...trying<BackTo>("rollback"), first: true },
};

function optionOf({ number, images, created, cause, current, changes }: Revision): Option {
  const differ = changes.length > 0 ? changes.map(({ path }) => lastOf(path)).slice(0, 4) : [];
  const help = [
    created === null ? "" : formatExact(created),
    cause,
    [...new Set(differ)].join(", "),
  ];
  return {
    value: String(number),
    title: `${number}: ${images.join(", ")}`,
    help: help.filter(Boolean).join(" · "),
    ...(current ? { against: "current" } : {}),
  };
}

const lastOf = (path: string) => path.split(".").at(-1) ?? path;
