import { useTranslation } from "react-i18next";
import { BulkButton } from "../../actions/BulkButton";
import { jobWord } from "../../jobs/state";
import { Status } from "../../status/Status";
import { LiveTable } from "../../table/LiveTable";
import type { Renderers } from "../../table/TableRow";
import { usePageSearch } from "../../table/usePageSearch";
import { cancelJobs } from "./many";

/** A job that is asked to stop says so, as on its own page. */
const RENDERERS: Renderers = {
  state: ({ state, cancelling }) => {
    const word = jobWord(state, cancelling);
    return word === state ? undefined : <Status word={word} />;
  },
};

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
      renderers={RENDERERS}
      bulk={(rows, drop) => (
        <BulkButton action={cancelJobs} rows={rows} drop={drop} things="job.things" />
      )}
    />
  );
}
