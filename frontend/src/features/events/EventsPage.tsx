import { useTranslation } from "react-i18next";
import { usePageSearch } from "../../shell/usePageSearch";
import { LiveTable } from "../../table/LiveTable";

/** What happened around then, in every system. */
export function EventsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = usePageSearch();
  return (
    <LiveTable
      collection="events"
      search={search}
      onSearch={setSearch}
      title={t("nav.events")}
      emptyHint={t("events.empty")}
    />
  );
}
