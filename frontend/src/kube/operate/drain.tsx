import { useTranslation } from "react-i18next";
import type { Action } from "../../actions/action";
import { drainBody } from "../../api/generated/bodies.gen";
import { planDrain, startDrain } from "../../api/generated/sdk.gen";
import type { Drain, DrainPlan, EtcdBeside, Fate, PodFate } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import type { ObjectPath } from "../objectRow";
import { matching, type Operated } from "./operated";

interface Drained extends Operated {
  plan?: DrainPlan;
}

/** The order in which they are decided about. */
const FATES: readonly Fate[] = [
  "never",
  "unmanaged",
  "local-data",
  "waits",
  "evicted",
  "leaving",
  "stays",
];

/** Only a node is drained: a custom kind may be called as nodes are. */
function pathOf({ cluster, kind, name }: ObjectPath) {
  if (kind !== "nodes") throw new Error(`${kind} are not drained`);
  return { cluster, node: name };
}

/** Empties a node as a job: its pods leave as budgets allow, and it takes no more. */
export const drain: Action<Drained, Drain> = {
  id: "object.drain",
  needs: ["machine", "drain"],
  verb: "operate.drain.do",
  title: "operate.drain.title",
  body: "operate.drain.body",
  danger: true,
  goes: true,
  draft: ({ path }) => Object.values(path).join("/"),
  load: async (target) => ({
    ...target,
    plan: (await planDrain({ path: pathOf(target.path) })).data,
  }),
  shown: ({ plan }) => plan && <Plan plan={plan} />,
  fields: ({ plan }) => {
    const counts = plan?.counts ?? {};
    return fieldsOf(drainBody, {
      ...(counts["local-data"]
        ? { local_data: { label: "operate.drain.localData", help: "operate.drain.localDataHelp" } }
        : {}),
      ...(counts.unmanaged
        ? { unmanaged: { label: "operate.drain.unmanaged", help: "operate.drain.unmanagedHelp" } }
        : {}),
      timeout_minutes: {
        label: "operate.drain.timeout",
        help: "operate.drain.timeoutHelp",
        rare: true,
      },
      grace_seconds: {
        label: "operate.delete.grace",
        help: "operate.drain.graceHelp",
        rare: true,
      },
    });
  },
  run: async (target, body) => {
    const headers = matching(target.plan?.version ?? "");
    const { data, requestId } = await startDrain({ path: pathOf(target.path), headers, body });
    return { requestId, href: `/jobs/${data.job}` };
  },
};

/** What becomes of which pods, and of etcd where a member lives on the machine. */
function Plan({ plan: { counts, pods, total, etcd, cordoned } }: { plan: DrainPlan }) {
  const { t } = useTranslation();
  return (
    <div className="cr-outcome">
      {etcd.map((member) => (
        <Beside key={`${member.cluster}/${member.member}`} member={member} />
      ))}
      {cordoned && <p>{t("operate.drain.cordoned")}</p>}
      {total === 0 && <p>{t("operate.drain.empty")}</p>}
      {FATES.filter((fate) => counts[fate]).map((fate) => (
        <Group
          key={fate}
          fate={fate}
          count={counts[fate] ?? 0}
          pods={pods.filter((pod) => pod.fate === fate)}
        />
      ))}
    </div>
  );
}

/** What goes along without a word is folded away. */
const FOLDED: ReadonlySet<Fate> = new Set(["evicted", "leaving", "stays"]);

interface GroupProps {
  fate: Fate;
  count: number;
  pods: readonly PodFate[];
}

function Group({ fate, count, pods }: GroupProps) {
  const { t } = useTranslation();
  return (
    <details open={!FOLDED.has(fate)} data-fate={fate}>
      <summary>{t(`operate.drain.fate.${fate}`, { count })}</summary>
      <ul className="cr-list" translate="no">
        {pods.map(({ namespace, name, why }) => (
          <li key={`${namespace}/${name}`}>
            {namespace}/{name}
            {why && !FOLDED.has(fate) && <span className="cr-muted"> {why}</span>}
          </li>
        ))}
      </ul>
      {count > pods.length && (
        <p className="cr-muted">{t("detail.more", { count: count - pods.length })}</p>
      )}
    </details>
  );
}

function Beside({ member: { cluster, member, voters, healthy, keeps } }: { member: EtcdBeside }) {
  const { t } = useTranslation();
  const said = { cluster, member, voters, healthy };
  return (
    <p className={keeps ? undefined : "cr-final"}>
      {t(keeps ? "operate.drain.keepsQuorum" : "operate.drain.losesQuorum", said)}
    </p>
  );
}
