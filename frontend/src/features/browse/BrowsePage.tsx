import { useParams } from "@tanstack/react-router";
import { usePageSearch } from "../../shell/usePageSearch";
import { LiveTable } from "../../table/LiveTable";
import { useCollection } from "../../table/useCollections";
import { hrefOfRow } from "../routes";

/** Any collection the server declares, without a page of its own. */
export function BrowsePage() {
  const { collection } = useParams({ from: "/app/browse/$collection" });
  const [search, setSearch] = usePageSearch();
  const { info } = useCollection(collection);
  return (
    <LiveTable
      collection={collection}
      search={search}
      onSearch={setSearch}
      title={info?.title ?? collection}
      href={(row) => hrefOfRow(collection, row)}
    />
  );
}
