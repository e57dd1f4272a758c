import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { CollectionInfo } from "../api/generated/types.gen";
import { formatNumber } from "../format/numbers";
import { FreshnessChip } from "../live/FreshnessChip";
import type { ViewState } from "../live/subscription";
import { PageHeader } from "../shell/PageHeader";
import { ToneIcon } from "../status/Status";
import type { LiveTableProps } from "./LiveTable";
import { countByTone, countUnhealthy } from "./summary";
import { useWhole } from "./useWhole";

const UNHEALTHY = "healthy=false";
const NONE: readonly string[] = [];

export interface TableHeaderProps extends LiveTableProps {
  info: CollectionInfo;
  view: ViewState;
  /** Filters or the scope leave rows out. */
  narrowed: boolean;
}

/** `124 in total`, or `8 of 124` where something narrows the table. */
function Total({ info, view, fixed = NONE, narrowed }: TableHeaderProps) {
  const { t } = useTranslation();
  const whole = useWhole(info.name, fixed, narrowed);
  const numbers = { count: view.total, shown: formatNumber(view.total) };
  return (
    <span className="cr-total" role="status">
      {narrowed && whole !== undefined && whole > view.total
        ? t("table.totalOf", { ...numbers, whole: formatNumber(whole) })
        : t(view.totalExact ? "table.total" : "table.totalAbout", numbers)}
    </span>
  );
}

/** The page's first line: what, how many in which state, how fresh. */
export function TableHeader(props: TableHeaderProps) {
  const { view, title, sentence } = props;
  const known = view.status === "live" || view.rows.length > 0;
  const meta = (
    <>
      {known && <Total {...props} />}
      <FreshnessChip sources={view.freshness} pending={view.pending} />
    </>
  );
  if (!title) return <div className="cr-embedded-meta">{meta}</div>;
  return (
    <PageHeader title={title} sentence={sentence ?? <ToneSentence {...props} />} meta={meta} />
  );
}

interface SentenceProps extends LiveTableProps {
  info: CollectionInfo;
  view: ViewState;
}

/** How many need attention; one click shows only those. */
function HealthSentence({
  unhealthy,
  search,
  onSearch,
  view,
}: SentenceProps & { unhealthy: number }) {
  const { t } = useTranslation();
  if (unhealthy === 0 && view.total === 0) return null;
  if (unhealthy === 0)
    return (
      <span className="cr-tone-count">
        <ToneIcon tone="ok" /> {t("table.allFine")}
      </span>
    );
  const filters = search.filter ?? [];
  const narrowed = filters.includes(UNHEALTHY);
  return (
    <span className="cr-tone-count">
      <ToneIcon tone="warn" />
      <Button
        variant="link"
        isInline
        aria-pressed={narrowed}
        onClick={() =>
          onSearch({
            ...search,
            filter: narrowed
              ? filters.filter((filter) => filter !== UNHEALTHY)
              : [...filters, UNHEALTHY],
          })
        }
      >
        {t("table.needAttention", { count: unhealthy })}
      </Button>
    </span>
  );
}

function ToneSentence(props: SentenceProps) {
  const { info, view } = props;
  const { t } = useTranslation();
  const unhealthy = countUnhealthy(info, view.facets);
  if (unhealthy !== null && view.status !== "loading")
    return <HealthSentence {...props} unhealthy={unhealthy} />;
  const counts = countByTone(info, view.facets);
  return (
    <span className="cr-tones">
      {counts.map(({ tone, count }) => (
        <span key={tone} className="cr-tone-count">
          <ToneIcon tone={tone} /> {t(`tone.${tone}`, { count })}
        </span>
      ))}
    </span>
  );
}
