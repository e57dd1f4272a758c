import { useTranslation } from "react-i18next";
import { BulkButton } from "../../actions/BulkButton";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { cancelJobs } from "./many";

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
      bulk={(rows, drop) => (
        <BulkButton action={cancelJobs} rows={rows} drop={drop} things="job.things" />
      )}
    />
  );
}
