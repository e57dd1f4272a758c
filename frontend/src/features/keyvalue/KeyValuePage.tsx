import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PageTabs } from "../../shell/PageTabs";
import { usePageSearch } from "../../shell/usePageSearch";
import { LiveTable } from "../../table/LiveTable";
import { useOverview } from "../overview/useOverview";
import { hrefOfRow } from "../routes";

/** Is the store safe, and what does it hold? */
export function KeyValuePage() {
  const { t } = useTranslation();
  const { tab } = useParams({ from: "/app/key-value/{-$tab}" });
  const [search, setSearch] = usePageSearch();
  const etcd = useOverview().data?.systems.find(({ name }) => name === "etcd");
  const active = tab === "keys" ? "keys" : "etcd-members";
  return (
    <LiveTable
      key={active}
      collection={active}
      search={search}
      onSearch={setSearch}
      title={t("nav.keyvalue")}
      sentence={etcd && <span translate="no">{etcd.sentence}</span>}
      href={(row) => hrefOfRow(active, row)}
      emptyHint={t("keyvalue.empty")}
      tabs={
        <PageTabs
          label={t("nav.keyvalue")}
          active={active}
          tabs={[
            { id: "etcd-members", href: "/key-value", title: t("keyvalue.members") },
            { id: "keys", href: "/key-value/keys", title: t("keyvalue.keys") },
          ]}
        />
      }
    />
  );
}
