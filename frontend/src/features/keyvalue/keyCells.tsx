import type { ColumnInfo } from "../../api/generated/types.gen";
import { Cell } from "../../table/cells/Cell";
import type { Renderers } from "../../table/TableRow";
import { KeySize, Preview } from "./Preview";
import { NotYet } from "./unknown";

const CHANGED = { id: "changed", label: "", type: "time" } as ColumnInfo;

/**
 * Rows hold no values, as that would carry every value of the store through the console: those on
 * screen are asked for. When a key changed last is learnt from changes alone.
 */
export const KEY_RENDERERS: Renderers = {
  preview: (row) => <Preview row={row} />,
  size: (row) => <KeySize row={row} />,
  changed: (row) =>
    row.changed === null || row.changed === undefined ? (
      <NotYet what="changed" />
    ) : (
      <Cell column={CHANGED} value={row.changed} />
    ),
};

/** Inside a folder a key is called by the rest of its path: the folder stands beside. */
export function keyRenderers(folder: string): Renderers {
  return {
    ...KEY_RENDERERS,
    path: (row) => {
      const path = String(row.path ?? "");
      const shown = path.startsWith(folder) ? path.slice(folder.length) || path : path;
      return <span translate="no">{shown}</span>;
    },
  };
}
