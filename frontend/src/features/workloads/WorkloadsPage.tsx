import "../../i18n/pages";
import { useTranslation } from "react-i18next";
import { CLUSTER_KINDS } from "../../kube/address";
import { Bulk, hasBulk } from "../../kube/operate/Bulk";
import { PANEL_COLUMNS, RowPanel } from "../../kube/RowPanel";
import { usedRenderers } from "../../kube/usage/Used";
import { hrefOfRow } from "../../pages/registry";
import { useAddress } from "../../pages/useAddress";
import { mayUse, useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { LiveTable } from "../../table/LiveTable";
import { SectionNav } from "../../table/SectionNav";
import { usePageSearch } from "../../table/usePageSearch";
import { isKind, KIND_GROUPS } from "./kinds";

/** What is not running as asked, and why? One table per kind. */
export function WorkloadsPage() {
  const { t } = useTranslation();
  const { kind } = useAddress<"kind">();
  const [search, setSearch] = usePageSearch();
  const active = kind && CLUSTER_KINDS.includes(kind) ? kind : "workloads";
  return (
    <SectionNav
      label={t("workloads.kinds")}
      active={active}
      groups={KIND_GROUPS.map(({ id, kinds }) => ({
        title: t(`workloads.group.${id}`),
        entries: kinds.map((name) => ({
          collection: name,
          title: t(`kind.${name}`),
          href: name === "workloads" ? "/workloads" : `/workloads/${name}`,
        })),
      }))}
    >
      <LiveTable
        key={active}
        collection={active}
        search={search}
        onSearch={setSearch}
        title={isKind(active) ? t(`kind.${active}`) : t("nav.workloads")}
        renderers={usedRenderers(active)}
        panel={(row) => <RowPanel collection={active} row={row} />}
        panelHidden={PANEL_COLUMNS[active]}
        href={(row) => hrefOfRow(active, row)}
        emptyHint={t("workloads.empty")}
        actions={<CreateLink />}
        {...(hasBulk(active) && {
          bulk: (rows, drop) => <Bulk collection={active} rows={rows} drop={drop} />,
        })}
      />
    </SectionNav>
  );
}

/** Leads to where objects are created from YAML, for who may create any of the common ones. */
function CreateLink() {
  const { t } = useTranslation();
  const session = useSession();
  if (!MADE.some((kind) => mayUse(session, kind, "create"))) return null;
  return (
    <AppLink href="/create" className="pf-v6-c-button pf-m-secondary pf-m-small">
      {t("create.title")}
    </AppLink>
  );
}

const MADE = ["workload", "configmap", "service", "customresource"];
