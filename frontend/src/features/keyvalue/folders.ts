import { equals } from "../../detail/useLiveRow";
import { formatFilter, parseFilter } from "../../table/filters";
import type { TableSearch } from "../../table/search";

/** The filter of the keys table that a folder of the tree stands for. */
export function folderFilter(path: string): string {
  return formatFilter({ column: "folder", op: "^=", values: [path] });
}

/** The folder that the table's filters choose, if one does. */
export function chosenFolder(search: TableSearch): string | undefined {
  for (const filter of search.filter ?? []) {
    const parsed = parseFilter(filter);
    if (parsed?.column === "folder" && parsed.op === "^=") return parsed.values[0];
  }
  return undefined;
}

/** The table's search with another folder chosen, or none; the open row belongs to the old. */
export function withFolder(search: TableSearch, path: string | undefined): TableSearch {
  const { row: _, ...rest } = search;
  const others = (search.filter ?? []).filter((filter) => parseFilter(filter)?.column !== "folder");
  return { ...rest, filter: path ? [...others, folderFilter(path)] : others };
}

/** Longer filters the server does not take; what is quoted in them may be longer than it is. */
const LONGEST = 4_000;

/** The filters that single a key out, or by its beginning where it is too long for one. */
export function keyFilters(etcd: string, path: string): string[] {
  if (JSON.stringify(path).length <= LONGEST) return equals({ etcd, path });
  const values = [path.slice(0, LONGEST / 2)];
  return [...equals({ etcd }), formatFilter({ column: "path", op: "^=", values })];
}

/** Every folder from the root to `path`, to be opened so that it is in sight. */
export function ancestorsOf(path: string): string[] {
  const found: string[] = [];
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1))
    found.push(path.slice(0, at + 1));
  return found;
}
