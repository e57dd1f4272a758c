import { useTranslation } from "react-i18next";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";

/** What runs in the background, how far it is, and how it ended. */
export function JobsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = usePageSearch();
  return (
    <LiveTable
      collection="jobs"
      search={search}
      onSearch={setSearch}
      title={t("nav.jobs")}
      sentence={t("job.sentence")}
      emptyHint={t("job.empty")}
    />
  );
}
