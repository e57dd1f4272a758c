import { useTranslation } from "react-i18next";
import type { Freshness, FeedState as SourceState } from "../api/generated/types.gen";
import { formatClock, formatExact } from "../format/time";
import { Popover } from "../overlay/Popover";
import { Tag } from "../overlay/Tag";
import { ToneIcon } from "../status/Status";
import type { Tone } from "../status/tone";
import { sourcesAsKnown, summarise } from "./freshness";
import { useConnection } from "./react";

export const FRESHNESS_TONES: Record<SourceState, Tone> = {
  live: "ok",
  polling: "busy",
  connecting: "busy",
  stale: "warn",
  denied: "denied",
};

const COLOURS = {
  live: "green",
  polling: "blue",
  connecting: "blue",
  stale: "yellow",
  denied: "orange",
} as const;

export interface FreshnessChipProps {
  sources: readonly Freshness[];
  pending?: boolean;
}

/** How true what is shown is right now; opened, per source and why. */
export function FreshnessChip({ sources, pending = false }: FreshnessChipProps) {
  const { t } = useTranslation();
  const connection = useConnection();
  const summary = summarise(sources, connection, pending);
  const since = formatClock(summary.since);
  return (
    <Popover
      label={t("freshness.title")}
      body={
        <>
          <h2 className="cr-popover-title">{t("freshness.title")}</h2>
          {connection.phase !== "open" && (
            <p>{t(connection.polling ? "freshness.blocked" : "freshness.tabOffline")}</p>
          )}
          <FreshnessList sources={sourcesAsKnown(sources, connection)} />
        </>
      }
    >
      {(trigger) => (
        <Tag
          className="cr-fresh"
          data-freshness={summary.state}
          color={COLOURS[summary.state]}
          icon={<ToneIcon tone={FRESHNESS_TONES[summary.state]} />}
          trigger={trigger}
        >
          {t(`freshness.${summary.state}`, { since })}
        </Tag>
      )}
    </Popover>
  );
}

/** One line per source: its state, since when, and why. */
export function FreshnessList({ sources }: { sources: readonly Freshness[] }) {
  const { t } = useTranslation();
  if (sources.length === 0) return <p className="cr-muted">{t("freshness.none")}</p>;
  return (
    <ul className="cr-fresh-list">
      {sources.map((source) => (
        <li key={source.source}>
          <ToneIcon tone={FRESHNESS_TONES[source.state]} />
          <span>
            <strong translate="no">{source.source}</strong>{" "}
            <span title={formatExact(source.since)}>
              {t(`freshness.${source.state}`, { since: formatClock(source.since) })}
            </span>
            {source.message && (
              <span className="cr-fresh-why" translate="no">
                {source.message}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
