import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PageTabs } from "../../shell/PageTabs";
import { usePageSearch } from "../../shell/usePageSearch";
import { LiveTable } from "../../table/LiveTable";

/** Who can do what: people, and the roles they hold where. */
export function AccessPage() {
  const { t } = useTranslation();
  const { tab } = useParams({ from: "/app/access/{-$tab}" });
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
