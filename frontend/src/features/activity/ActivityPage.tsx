import "../../i18n/pages";
import { useTranslation } from "react-i18next";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { ACTIVITY_RENDERERS } from "./cells";
import { Receivers } from "./Receivers";

/** Who signed in, and what they changed in the console. */
export function ActivityPage() {
  const { t } = useTranslation();
  const [search, setSearch] = usePageSearch();
  return (
    <LiveTable
      collection="activity"
      search={search}
      onSearch={setSearch}
      title={t("nav.activity")}
      sentence={t("activity.sentence")}
      renderers={ACTIVITY_RENDERERS}
      emptyHint={t("activity.empty")}
      tabs={<Receivers />}
    />
  );
}
