import { useMemo } from "react";
import { useLocalSearch } from "../../shell/usePageSearch";
import { LiveTable } from "../../table/LiveTable";
import { hrefOfRow } from "../routes";

export interface RelatedTableProps {
  collection: string;
  /** Filters that make the table be about this object. */
  filters: readonly string[];
  hidden?: readonly string[];
  emptyHint: string;
}

/** The live table of another collection, narrowed to what belongs to this object. */
export function RelatedTable({ collection, filters, hidden, emptyHint }: RelatedTableProps) {
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
      href={(row) => hrefOfRow(collection, row)}
      emptyHint={emptyHint}
      embedded
    />
  );
}
