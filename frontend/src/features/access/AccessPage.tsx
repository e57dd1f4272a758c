import "../../i18n/later";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BulkProps } from "../../actions/BulkButton";
import type { Row } from "../../api/generated/types.gen";
import { hrefOfRow } from "../../pages/registry";
import { useAddress } from "../../pages/useAddress";
import { LiveTable } from "../../table/LiveTable";
import type { Renderers } from "../../table/TableRow";
import { usePageSearch } from "../../table/usePageSearch";
import { AccessSections, useLists } from "./AccessSections";
import { TABS } from "./tabs";

/** One list of the page: what it shows, and what can be done there. */
export interface AccessTab {
  /** The collection it lists. */
  id: string;
  /** Without it, how many need attention. */
  sentence?: string;
  /** What would be here, and what to do next, where there is none yet. */
  empty?: string;
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
  const [search, setSearch] = usePageSearch();
  const lists = useLists();
  const list = lists.find(({ href }) => href === `/access/${tab}`) ?? lists[0];
  const tabs = TABS(t);
  const active = tabs.find(({ id }) => id === list?.id) ?? tabs[0];
  if (!active) return null;
  const { panel, bulk, renderers, empty } = active;
  return (
    <AccessSections active={active.id}>
      <LiveTable
        key={active.id}
        collection={active.id}
        search={search}
        onSearch={setSearch}
        title={list ? t(list.title) : t("nav.access")}
        {...(panel ? { panel } : { href: (row) => hrefOfRow(active.id, row) })}
        {...(bulk ? { bulk: (rows, drop) => bulk({ rows, drop }) } : {})}
        actions={active.actions}
        {...(active.sentence ? { sentence: active.sentence } : {})}
        {...(empty ? { emptyHint: empty } : {})}
        {...(renderers ? { renderers } : {})}
      />
    </AccessSections>
  );
}
