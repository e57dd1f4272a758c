import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { CollectionInfo } from "../api/types";
import { formatNumber } from "../format/numbers";
import { FreshnessChip } from "../live/FreshnessChip";
import type { ViewState } from "../live/subscription";
import { PageHeader } from "../shell/PageHeader";
import { ToneIcon } from "../status/Status";
import type { LiveTableProps } from "./LiveTable";
import { countByTone, countUnhealthy } from "./summary";

const UNHEALTHY = "healthy=false";

/** The page's first line: what, how many in which state, how fresh. */
export function TableHeader(props: LiveTableProps & { info: CollectionInfo; view: ViewState }) {
  const { t } = useTranslation();
  const { view, title, sentence } = props;
  const known = view.status === "live" || view.rows.length > 0;
  const meta = (
    <>
      {known && (
        <span className="cr-total" role="status">
          {t(view.totalExact ? "table.total" : "table.totalAbout", {
            count: view.total,
            shown: formatNumber(view.total),
          })}
        </span>
      )}
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
