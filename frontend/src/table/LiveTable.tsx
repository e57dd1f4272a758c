import "../styles/table.css";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo, Row } from "../api/generated/types.gen";
import { toProblem } from "../api/problem";
import { useCollection } from "../api/useCollections";
import { AskAccess } from "../asking/AskAccess";
import { PageHeader } from "../shell/PageHeader";
import { useTitle } from "../shell/title";
import { SkeletonLines } from "../states/Skeletons";
import { Failed, NoAccess } from "../states/States";
import { LiveTableView } from "./LiveTableView";
import type { TableSearch } from "./search";
import type { Renderers } from "./TableRow";

export interface LiveTableProps {
  /** Name of the collection as the server declares it. */
  collection: string;
  search: TableSearch;
  onSearch: (search: TableSearch, replace?: boolean) => void;
  /** Filters of the page itself, in the query language; not shown and not removable. */
  fixed?: readonly string[];
  /** Columns a page leaves out of the default set, because it says them elsewhere. */
  hidden?: readonly string[];
  renderers?: Renderers;
  /** Columns the page makes itself, by its `renderers`; they stand behind the name. */
  added?: readonly ColumnInfo[];
  /** On a phone the columns below a row's name, in this order and under their headings, where
   * the table's own choice would not say what a person needs first. */
  brief?: readonly string[];
  /** Where the detail page of a row is; without it there is only the side panel. */
  href?: (row: Row) => string | undefined;
  /** More content of the side panel, above the row's values. */
  panel?: (row: Row) => ReactNode;
  /** Columns whose values the `panel` already shows in its own way. */
  panelHidden?: readonly string[] | undefined;
  /** With a title the table carries the page's header. */
  title?: string;
  sentence?: ReactNode;
  /** Between header and filters: tabs. */
  tabs?: ReactNode;
  /** At the end of the filter bar. */
  actions?: ReactNode;
  /** What can be done with several ticked rows, beside copying and downloading; `drop` unticks. */
  bulk?: (rows: readonly Row[], drop: (keys: readonly string[]) => void) => ReactNode;
  /** What would be here and how to get it, when nothing exists. */
  emptyHint?: string;
  /** Inside a detail page: bounded height, no page-wide keys, and `fixed` alone is its scope. */
  embedded?: boolean;
  /** The keys of a page-wide table although it is embedded: it is the page's only one. */
  pageKeys?: boolean;
  /** Its state is the page's address although it is embedded: views can be kept, and the team that
   * the page honours is the table's. */
  views?: boolean;
}

/**
 * A live, filtered, sorted, permission-scoped table of one collection. Everything about
 * the collection comes from its declaration on the server; everything about the view is
 * in `search`, which a page keeps in its URL.
 */
export function LiveTable(props: LiveTableProps) {
  const { t } = useTranslation();
  const { info, loading, error, retry } = useCollection(props.collection);
  useTitle(props.embedded ? undefined : props.title);
  if (info) return <LiveTableView key={info.name} {...props} info={info} />;
  return (
    <section className="cr-page">
      {props.title && <PageHeader title={props.title} sentence={props.sentence} />}
      {props.tabs}
      {loading && <SkeletonLines lines={10} />}
      {error !== null && <Failed problem={toProblem(error)} onRetry={retry} />}
      {!loading && !error && (
        <NoAccess
          what={props.title ?? t("state.thisTable")}
          ask={<AskAccess collection={props.collection} />}
        />
      )}
    </section>
  );
}
