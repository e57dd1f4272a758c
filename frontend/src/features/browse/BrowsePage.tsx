import { useCollection } from "../../api/useCollections";
import { hrefOfRow } from "../../pages/registry";
import { useAddress } from "../../pages/useAddress";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";

/** Any collection the server declares, without a page of its own. */
export function BrowsePage() {
  const { collection = "" } = useAddress<"collection">();
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
