import "../../../i18n/usage";
import "../../../styles/usage.css";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { readUsageOptions } from "../../../api/generated/@tanstack/react-query.gen";
import type { UsageView } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { Section } from "../../../detail/Section";
import { formatBytes, formatCores } from "../../../format/numbers";
import { formatClock } from "../../../format/time";
import type { ObjectPath } from "../../../kube/objectRow";
import { Notice } from "../../../states/Notice";
import { Figures } from "./Figures";
import { known, lines } from "./lines";
import { UsageChart } from "./UsageChart";

/** The cluster is measured no more often. */
const EVERY_MS = 15_000;

/** What an object used in the last hour, beside what it asks for and may use at most. */
export function UsagePanel({ path }: { path: ObjectPath }) {
  const { t } = useTranslation();
  const query = useQuery({
    ...readUsageOptions({ path }),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  const usage = query.data;
  if (!usage) {
    // The page says itself that its object is gone.
    const problem = query.error && toProblem(query.error);
    if (!problem || problem.status === 404) return null;
    return (
      <Section title={t("usage.title")}>
        <Notice tone="warning" title={<span translate="no">{problem.detail}</span>} />
      </Section>
    );
  }
  return (
    <Section title={t("usage.title")} note={noteOf(usage, t)}>
      <Measuring usage={usage} />
      {usage.series.some(known) && <Charts usage={usage} node={path.kind === "nodes"} />}
    </Section>
  );
}

/** Of what the figures are. */
function noteOf(usage: UsageView, t: TFunction): string {
  const { pods } = usage;
  if (usage.state === "absent") return "";
  if (pods === null || pods === undefined) return t("usage.hour");
  return t(usage.more ? "usage.podsFirst" : "usage.podsSummed", { count: pods });
}

/** Why there are no figures, or no new ones. */
function Measuring({ usage }: { usage: UsageView }) {
  const { t } = useTranslation();
  const { state, message, since } = usage;
  if (state === "absent")
    return (
      <p className="cr-muted" data-state="absent">
        <span translate="no">{message}</span> {t("usage.absentHint")}
      </p>
    );
  if (state === "denied")
    return (
      <Notice tone="warning" title={t("usage.denied")} data-state="denied">
        <span translate="no">{message}</span>
      </Notice>
    );
  if (state === "stale")
    return (
      <Notice
        tone="warning"
        title={t("usage.stale", { time: formatClock(since) })}
        data-state="stale"
      >
        <span translate="no">{message}</span>
      </Notice>
    );
  if (!usage.series.some(known))
    return (
      <p className="cr-muted" data-state="waiting">
        {t("usage.nothingYet")}
      </p>
    );
  return null;
}

function Charts({ usage, node }: { usage: UsageView; node: boolean }) {
  const { t } = useTranslation();
  const limit = t(node ? "usage.available" : "usage.limit");
  return (
    <div className="cr-usage">
      {METRICS.map(({ metric, format }) => {
        const drawn = lines(usage.series, metric);
        return (
          <figure key={metric} className="cr-usage-figure">
            <figcaption>{t(`usage.${metric}`)}</figcaption>
            <UsageChart
              times={usage.times}
              lines={drawn}
              what={t(`usage.${metric}`)}
              limit={limit}
              format={format}
            />
            <Figures lines={drawn} format={format} caption={t(`usage.${metric}`)} limit={limit} />
          </figure>
        );
      })}
    </div>
  );
}

const METRICS = [
  { metric: "cpu", format: formatCores },
  { metric: "memory", format: formatBytes },
] as const;
