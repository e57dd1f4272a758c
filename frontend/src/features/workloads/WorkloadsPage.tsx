import { useTranslation } from "react-i18next";
import { CLUSTER_KINDS } from "../../kube/address";
import { PANEL_COLUMNS, RowPanel } from "../../kube/RowPanel";
import { hrefOfRow } from "../../pages/registry";
import { useAddress } from "../../pages/useAddress";
import { PageTabs } from "../../shell/PageTabs";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";

const KINDS = [
  "workloads",
  "pods",
  "services",
  "ingresses",
  "endpointslices",
  "persistentvolumeclaims",
  "persistentvolumes",
  "configmaps",
  "secrets",
  "namespaces",
  "leases",
  "customresourcedefinitions",
] as const;

/** What is not running as asked, and why? One tab per kind. */
export function WorkloadsPage() {
  const { t } = useTranslation();
  const { kind } = useAddress<"kind">();
  const [search, setSearch] = usePageSearch();
  const active = kind && CLUSTER_KINDS.includes(kind) ? kind : "workloads";
  return (
    <LiveTable
      key={active}
      collection={active}
      search={search}
      onSearch={setSearch}
      title={t("nav.workloads")}
      panel={(row) => <RowPanel collection={active} row={row} />}
      panelHidden={PANEL_COLUMNS[active]}
      href={(row) => hrefOfRow(active, row)}
      emptyHint={t("workloads.empty")}
      tabs={
        <PageTabs
          label={t("workloads.kinds")}
          active={active}
          tabs={KINDS.map((name) => ({
            id: name,
            href: name === "workloads" ? "/workloads" : `/workloads/${name}`,
            title: t(`kind.${name}`),
          }))}
        />
      }
    />
  );
}
