import { useMemo } from "react";
import type { Row } from "../api/generated/types.gen";
import { hrefOfRow } from "../pages/registry";
import { LiveTable } from "../table/LiveTable";
import type { Renderers } from "../table/TableRow";
import { useLocalSearch } from "../table/usePageSearch";
import { PANEL_COLUMNS, RowPanel } from "./RowPanel";
import { usedRenderers } from "./usage/Used";

export interface RelatedTableProps {
  collection: string;
  /** Filters that make the table be about this object. */
  filters: readonly string[];
  hidden?: readonly string[];
  renderers?: Renderers;
  emptyHint: string;
  /** The page's only table: it takes the table keys. */
  pageKeys?: boolean;
}

/** The live table of another collection, narrowed to what belongs to this object. */
export function RelatedTable(props: RelatedTableProps) {
  const { collection, filters, hidden, renderers, emptyHint, pageKeys = false } = props;
  const [search, setSearch] = useLocalSearch();
  const signature = JSON.stringify(filters);
  const fixed = useMemo(() => JSON.parse(signature) as string[], [signature]);
  return (
    <LiveTable
      collection={collection}
      search={search}
      onSearch={setSearch}
      fixed={fixed}
      {...(hidden ? { hidden } : {})}
      renderers={renderers ?? usedRenderers(collection)}
      {...(PANEL_COLUMNS[collection]
        ? {
            panel: (row: Row) => <RowPanel collection={collection} row={row} />,
            panelHidden: PANEL_COLUMNS[collection],
          }
        : {})}
      href={(row) => hrefOfRow(collection, row)}
      emptyHint={emptyHint}
      embedded
      pageKeys={pageKeys}
    />
  );
}
