import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "../../format/numbers";
import { EMPTY_QUERY, type Query } from "../../live/query";
import { useLiveView } from "../../live/react";
import { AppLink } from "../../shell/AppLink";

const COUNT_ONLY = { offset: 0, limit: 1 };

/** The namespaces in which pods match, with how many, live: each leads to those pods. */
export function RunsIn({ filters }: { filters: readonly string[] }) {
  const { t } = useTranslation();
  const signature = JSON.stringify(filters);
  const query = useMemo<Query>(
    () => ({ ...EMPTY_QUERY, filter: JSON.parse(signature), facet: ["namespace"] }),
    [signature],
  );
  const { view } = useLiveView("pods", query, COUNT_ONLY);
  const found = view.facets.namespace ?? [];
  if (view.status !== "live") return null;
  if (found.length === 0) return <span className="cr-muted">{t("image.runsNowhere")}</span>;
  return (
    <span className="cr-relation-group">
      {found.map(({ value, count }) => {
        const search = new URLSearchParams(filters.map((filter) => ["filter", filter]));
        search.set("namespace", String(value));
        return (
          <span key={String(value)} translate="no">
            <AppLink href={`/workloads/pods?${search}`}>{String(value)}</AppLink>{" "}
            <span className="cr-muted">{formatNumber(count)}</span>
          </span>
        );
      })}
    </span>
  );
}
