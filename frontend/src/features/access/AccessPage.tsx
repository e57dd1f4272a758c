import { useTranslation } from "react-i18next";
import { useAddress } from "../../pages/useAddress";
import { PageTabs } from "../../shell/PageTabs";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";

/** Who can do what: people, and the roles they hold where. */
export function AccessPage() {
  const { t } = useTranslation();
  const { tab } = useAddress<"tab">();
  const [search, setSearch] = usePageSearch();
  const active = tab === "bindings" ? "bindings" : "users";
  return (
    <LiveTable
      key={active}
      collection={active}
      search={search}
      onSearch={setSearch}
      title={t("nav.access")}
      sentence={t("access.sentence")}
      tabs={
        <PageTabs
          label={t("nav.access")}
          active={active}
          tabs={[
            { id: "users", href: "/access", title: t("access.users") },
            { id: "bindings", href: "/access/bindings", title: t("access.bindings") },
          ]}
        />
      }
    />
  );
}
