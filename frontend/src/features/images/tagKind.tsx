import { Status } from "../../status/Status";
import type { Renderers } from "../../table/TableRow";

/** What a tag points at is no state, unless it could not be found out. */
export const TAG_RENDERERS: Renderers = {
  kind: (row) => {
    const word = String(row.kind ?? "");
    if (word === "missing") return <Status word={word} title={String(row.reason ?? "")} />;
    if (word === "unresolved") return <Status word={word} tone="busy" />;
    return <span translate="no">{word}</span>;
  },
};

/** Columns that exist for sorting and mean nothing to a reader. */
export const TAG_INTERNALS: readonly string[] = ["order"];
