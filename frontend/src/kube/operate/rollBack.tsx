import { useTranslation } from "react-i18next";
import type { Action } from "../../actions/action";
import { backToBody } from "../../api/generated/bodies.gen";
import { listRevisions } from "../../api/generated/sdk.gen";
import type { BackTo, Revision } from "../../api/generated/types.gen";
import { formatExact } from "../../format/time";
import { fieldsOf, type Option } from "../../forms/field";
import { operating, trying } from "./actions";
import { Notes } from "./Notes";
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
        options: revisions.filter(({ current }) => !current).map(optionOf),
        initial: String(revisions.find(({ current }) => !current)?.number ?? ""),
      },
    }),
  shown: ({ state, revisions = [] }) => (
    <>
      <Notes notes={state?.notes ?? []} />
      <Present revisions={revisions} />
    </>
  ),
  rehearse: { ...trying<BackTo>("rollback"), first: true },
};

/** Which one it is now, and whether there is another at all. */
function Present({ revisions }: { revisions: readonly Revision[] }) {
  const { t } = useTranslation();
  const current = revisions.find((one) => one.current);
  if (!current || revisions.length < 2) return <p>{t("operate.rollback.none")}</p>;
  const { number, images } = current;
  return <p>{t("operate.rollback.present", { number, images: images.join(", ") })}</p>;
}

function optionOf({ number, images, created, cause, changes }: Revision): Option {
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
  };
}

/** `image` of `template.spec.containers[name=main].image`, the key of what is named by one. */
const lastOf = (path: string) =>
  /\["([^"]+)"\]$/.exec(path)?.[1] ??
  path
    .replace(/\[[^\]]*\]$/, "")
    .split(".")
    .at(-1) ??
  path;
