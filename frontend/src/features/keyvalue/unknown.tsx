import { useTranslation } from "react-i18next";
import type { ColumnInfo, Row } from "../../api/generated/types.gen";
import { Cell } from "../../table/cells/Cell";
import type { Renderers } from "../../table/TableRow";

/**
 * Size and last change are learnt from changes alone: the first listing reads no values, as
 * that would carry every value of the store through the console. Until then the cell says so.
 */
export const KEY_RENDERERS: Renderers = {
  size: (row) => <Learnt row={row} id="size" type="bytes" />,
  changed: (row) => <Learnt row={row} id="changed" type="time" />,
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

function Learnt({ row, id, type }: { row: Row; id: "size" | "changed"; type: "bytes" | "time" }) {
  const value = row[id];
  if (value === null || value === undefined) return <NotYet what={id} />;
  const column = { id, label: id, type } as ColumnInfo;
  return <Cell column={column} value={value} />;
}

/** In words what is not known, and on hover when it will be. */
export function NotYet({ what }: { what: "size" | "changed" }) {
  const { t } = useTranslation();
  return (
    <span className="cr-none" title={t(`etcd.unknown.${what}Why`)}>
      <span aria-hidden="true">–</span>
      <span className="pf-v6-screen-reader">{t(`etcd.unknown.${what}`)}</span>
    </span>
  );
}
