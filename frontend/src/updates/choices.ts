import { listRows } from "../api/generated/sdk.gen";
import type { CollectionRows, Row } from "../api/generated/types.gen";
import { rowOf } from "../api/rows";
import type { Option } from "../forms/field";

type Table = "groups" | "channels" | "packages";

/** As many rows as one answer holds. */
const MOST = 1000;

/** How an application's things are offered. */
interface Offering<Name extends Table> {
  title: (row: CollectionRows[Name]) => string;
  fits?: (row: CollectionRows[Name]) => boolean;
  /** What is chosen already, which may be none of the newest. */
  present?: { id: number; name: string } | null | undefined;
}

/** What can be chosen of an application's groups, channels or packages: the newest that fit. */
export function choicesOf<Name extends Table>(
  name: Name,
  application: string | number,
  { title, fits = () => true, present }: Offering<Name>,
): () => Promise<readonly Option[]> {
  const filter = [`application_id=${JSON.stringify(String(application))}`];
  return async () => {
    const { data } = await listRows({
      path: { name },
      query: { filter, sort: "-created", limit: MOST },
    });
    const found = data.rows
      .map((row: Row) => rowOf(name, row))
      .filter(fits)
      .map((row) => ({ value: row.key, title: title(row) }));
    const chosen = present && { value: String(present.id), title: present.name };
    if (!chosen || found.some(({ value }) => value === chosen.value)) return found;
    return [chosen, ...found];
  };
}

/** The address of a table of the updates page with a filter. */
export function tableHref(table: string, filter: readonly string[]): string {
  return `/updates/${table}?${new URLSearchParams(filter.map((one) => ["filter", one]))}`;
}
