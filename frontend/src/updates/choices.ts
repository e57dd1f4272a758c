import { listRows } from "../api/generated/sdk.gen";
import type { CollectionRows, Row } from "../api/generated/types.gen";
import { rowOf } from "../api/rows";
import type { Option } from "../forms/field";

type Table = "groups" | "channels" | "packages";

/** As many rows as one answer holds. */
const MOST = 1000;

/** What can be chosen of an application's groups, channels or packages. */
export function choicesOf<Name extends Table>(
  name: Name,
  application: string | number,
  title: (row: CollectionRows[Name]) => string,
  fits: (row: CollectionRows[Name]) => boolean = () => true,
): () => Promise<readonly Option[]> {
  return async () => {
    const { data } = await listRows({ path: { name }, query: { sort: "-created", limit: MOST } });
    return data.rows
      .map((row: Row) => rowOf(name, row))
      .filter((row) => row.application_id === String(application) && fits(row))
      .map((row) => ({ value: row.key, title: title(row) }));
  };
}

/** The address of a table of the updates page with a filter. */
export function tableHref(table: string, filter: readonly string[]): string {
  return `/updates/${table}?${new URLSearchParams(filter.map((one) => ["filter", one]))}`;
}
