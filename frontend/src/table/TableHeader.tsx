import { useTranslation } from "react-i18next";
import type { CollectionInfo } from "../api/types";
import { formatNumber } from "../format/numbers";
import { FreshnessChip } from "../live/FreshnessChip";
import type { ViewState } from "../live/subscription";
import { PageHeader } from "../shell/PageHeader";
import { ToneIcon } from "../status/Status";
import type { LiveTableProps } from "./LiveTable";
import { countByTone } from "./summary";

/** The page's first line: what, how many in which state, how fresh. */
export function TableHeader(props: LiveTableProps & { info: CollectionInfo; view: ViewState }) {
  const { t } = useTranslation();
  const { info, view, title, sentence } = props;
  const known = view.status !== "loading";
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
    <PageHeader
      title={title}
      sentence={sentence ?? <ToneSentence info={info} view={view} />}
      meta={meta}
    />
  );
}

function ToneSentence({ info, view }: { info: CollectionInfo; view: ViewState }) {
  const { t } = useTranslation();
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
