import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useCollection } from "../api/useCollections";
import { formatNumber } from "../format/numbers";
import { EMPTY_QUERY } from "../live/query";
import { useLiveView } from "../live/react";
import { useSettled } from "../live/useSettled";
import { useScope } from "../shell/scope";
import { scopeFilters } from "./search";
import { hasHealth } from "./summary";

const ONE = { offset: 0, limit: 1 };

/** How many rows of a collection need attention, live; nothing where that is not known or none. */
export function Unhealthy({ collection }: { collection: string }) {
  const { t } = useTranslation();
  const { info } = useCollection(collection);
  const scope = useScope();
  const query = useMemo(
    () => ({
      ...EMPTY_QUERY,
      team: scope.team ?? "",
      filter: info ? [...scopeFilters(info, scope), "healthy=false"] : [],
    }),
    [info, scope],
  );
  const judged = useSettled() && info !== undefined && hasHealth(info);
  const { view } = useLiveView(judged ? collection : null, query, ONE);
  if (view.total === 0) return null;
  return (
    <span className="cr-section-nav-count" title={t("table.needAttention", { count: view.total })}>
      <span translate="no" aria-hidden="true">
        {formatNumber(view.total)}
      </span>
      <span className="pf-v6-screen-reader">{t("table.needAttention", { count: view.total })}</span>
    </span>
  );
}
