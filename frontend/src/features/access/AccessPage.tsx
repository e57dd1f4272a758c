import "../../i18n/later";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BulkProps } from "../../actions/BulkButton";
import type { Row } from "../../api/generated/types.gen";
import { hrefOfRow } from "../../pages/registry";
import { useAddress } from "../../pages/useAddress";
import { mayUse, useSession } from "../../session/session";
import { PageTabs } from "../../shell/PageTabs";
import { LiveTable } from "../../table/LiveTable";
import type { Renderers } from "../../table/TableRow";
import { usePageSearch } from "../../table/usePageSearch";
import { TABS } from "./tabs";

/** One list of the page: what it shows, and what can be done there. */
export interface AccessTab {
  /** The collection it lists. */
  id: string;
  /** The kind of its rows: only who may list them is offered the tab. */
  kind: string;
  href: string;
  title: ReactNode;
  sentence: string;
  /** Beside the table; without it a row leads to its page. */
  panel?: (row: Row) => ReactNode;
  bulk?: (ticked: BulkProps) => ReactNode;
  actions?: ReactNode;
  renderers?: Renderers;
}

/** Who can do what: people and programs, and the roles they hold where. */
export function AccessPage() {
  const { t } = useTranslation();
  const { tab } = useAddress<"tab">();
  const session = useSession();
  const [search, setSearch] = usePageSearch();
  const tabs = TABS(t).filter(({ kind }) => mayUse(session, kind));
  const active = tabs.find(({ href }) => href === `/access/${tab}`) ?? tabs[0] ?? TABS(t)[0];
  if (!active) return null;
  const { panel, bulk } = active;
  return (
    <LiveTable
      key={active.id}
      collection={active.id}
      search={search}
      onSearch={setSearch}
      title={t("nav.access")}
      {...(panel ? { panel } : { href: (row) => hrefOfRow(active.id, row) })}
      {...(bulk ? { bulk: (rows, drop) => bulk({ rows, drop }) } : {})}
      actions={active.actions}
      sentence={active.sentence}
      {...(active.renderers ? { renderers: active.renderers } : {})}
      tabs={<PageTabs label={t("nav.access")} active={active.id} tabs={tabs} />}
    />
  );
}
