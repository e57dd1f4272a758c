import "../../i18n/pages";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readDensityOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { Density as DensityView } from "../../api/generated/types.gen";
import { formatClock } from "../../format/time";

const EVERY_MS = 15_000;
const MINUTES = 60;

export interface DensityProps {
  /** What narrows the table below, in the query language. */
  filters: readonly string[];
  q: string;
  team: string;
  /** Show only what was last seen between two moments (Unix seconds). */
  onRange: (from: number, to: number) => void;
}

/** How many events there were in each minute of the last hour; a click shows those alone. */
export function Density({ filters, q, team, onRange }: DensityProps) {
  const { t } = useTranslation();
  const { data } = useQuery({
    ...readDensityOptions({
      query: { minutes: MINUTES, filter: [...filters], ...(q && { q }), ...(team && { team }) },
    }),
    refetchInterval: EVERY_MS,
    retry: false,
    placeholderData: (before) => before,
  });
  if (!data) return <div className="cr-density" aria-hidden="true" />;
  const bars = barsOf(data);
  const most = Math.max(1, ...bars.map(({ total }) => total));
  const total = bars.reduce((sum, bar) => sum + bar.total, 0);
  const concerning = bars.reduce((sum, bar) => sum + bar.warning + bar.error, 0);
  return (
    <figure className="cr-density">
      <div
        className="cr-density-bars"
        role="group"
        aria-label={t("events.densitySummary", { count: total, concerning })}
      >
        {bars.map((bar) => (
          <button
            key={bar.from}
            type="button"
            // Sixty stops on the way to the table are too many: the filters do the same.
            tabIndex={-1}
            className="cr-density-bar"
            disabled={bar.total === 0}
            title={t("events.densityBar", {
              count: bar.total,
              from: formatClock(bar.from),
              to: formatClock(bar.to),
              concerning: bar.warning + bar.error,
            })}
            onClick={() => onRange(bar.from, bar.to)}
          >
            {(["error", "warning", "unknown", "normal"] as const).map((severity) => (
              <span
                key={severity}
                className={`cr-density-part cr-density-${severity}`}
                style={{ blockSize: `${(bar[severity] / most) * 100}%` }}
              />
            ))}
          </button>
        ))}
      </div>
      <figcaption className="cr-density-scale">
        <span translate="no">{formatClock(data.start)}</span>
        <span>{t("events.densityMost", { count: most })}</span>
        <span>{t("events.now")}</span>
      </figcaption>
    </figure>
  );
}

interface Bar {
  from: number;
  to: number;
  normal: number;
  warning: number;
  error: number;
  unknown: number;
  total: number;
}

/** The answer bar by bar. */
export function barsOf({ start, seconds, normal, warning, error, unknown }: DensityView): Bar[] {
  return normal.map((count, index) => {
    const parts = {
      normal: count,
      warning: warning[index] ?? 0,
      error: error[index] ?? 0,
      unknown: unknown[index] ?? 0,
    };
    const from = start + index * seconds;
    return {
      ...parts,
      from,
      to: from + seconds,
      total: parts.normal + parts.warning + parts.error + parts.unknown,
    };
  });
}
