import { Td, Tr } from "@patternfly/react-table";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo, Row } from "../api/types";
import { RowStatus } from "../status/Status";
import { Cell } from "./cells/Cell";
import { isRightAligned, narrowColumns } from "./columns";
import { useGlow } from "./useGlow";

/** A page's own rendering of single columns; the others follow their type. */
export type Renderers = Record<string, (row: Row) => ReactNode>;

export interface TableRowProps {
  row: Row;
  index: number;
  columns: readonly ColumnInfo[];
  nameId: string | undefined;
  renderers: Renderers;
  active: boolean;
  open: boolean;
  selected: boolean;
  gone: boolean;
  narrow: boolean;
  onOpen: (key: string) => void;
}

/** One row: a line of cells, or at narrow widths two lines in one cell. */
export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { row, index, columns, active, open, selected, gone, narrow, onOpen } = props;
  const glow = useGlow(row, columns);
  const state = [
    "cr-row",
    active && "is-active",
    open && "is-open",
    selected && "is-selected",
    gone && "is-gone",
  ];
  return (
    <Tr
      className={state.filter(Boolean).join(" ")}
      aria-rowindex={index + 2}
      aria-selected={selected || open}
      data-key={row.key}
      onClick={() => onOpen(row.key)}
    >
      {narrow ? (
        <NarrowCell {...props} glow={glow} />
      ) : (
        columns.map((column, position) => (
          <Td
            key={column.id}
            className={cellClass(column, position, glow.has(column.id))}
            data-column={column.id}
          >
            {column.id === props.nameId ? (
              <NameButton {...props} column={column} />
            ) : (
              <Value {...props} column={column} />
            )}
          </Td>
        ))
      )}
    </Tr>
  );
});

function cellClass(column: ColumnInfo, position: number, glows: boolean): string {
  const classes = ["cr-cell"];
  if (position === 0) classes.push("cr-cell-name");
  if (isRightAligned(column)) classes.push("cr-right");
  if (glows) classes.push("cr-glow");
  return classes.join(" ");
}

function Value({ row, renderers, column }: TableRowProps & { column: ColumnInfo }) {
  const own = renderers[column.id];
  if (!own && column.type === "status" && row[column.id])
    return <RowStatus word={String(row[column.id])} healthy={row.healthy !== false} />;
  return own ? own(row) : <Cell column={column} value={row[column.id]} />;
}

function NameButton(props: TableRowProps & { column: ColumnInfo }) {
  const { t } = useTranslation();
  const { row, column, gone, onOpen } = props;
  return (
    <span className="cr-name">
      <button
        type="button"
        className="cr-name-button"
        tabIndex={-1}
        title={String(row[column.id] ?? row.key)}
        onClick={(event) => {
          event.stopPropagation();
          onOpen(row.key);
        }}
      >
        <Value {...props} />
      </button>
      {row.simulated === true && <span className="cr-simulated">{t("table.simulated")}</span>}
      {gone && <span className="cr-gone-word">{t("table.gone")}</span>}
    </span>
  );
}

function NarrowCell({ glow, ...props }: TableRowProps & { glow: ReadonlySet<string> }) {
  const { name, status, cluster, line, extras } = narrowColumns(props.columns, props.nameId);
  const glows = glow.size > 0 ? " cr-glow" : "";
  return (
    <Td className={`cr-cell cr-narrow${glows}`} colSpan={1}>
      <span className="cr-narrow-line">
        {name && <NameButton {...props} column={name} />}
        {cluster && (
          <span className="cr-narrow-cluster">
            <Value {...props} column={cluster} />
          </span>
        )}
        {status && <Value {...props} column={status} />}
      </span>
      <span className="cr-narrow-line cr-narrow-second">
        {secondLine(props.row, line, extras).map((column) => (
          <Value key={column.id} {...props} column={column} />
        ))}
      </span>
    </Td>
  );
}

/** The sentence and the age, else what else the row has; a dash says nothing in a line. */
function secondLine(row: Row, line: ColumnInfo | undefined, extras: readonly ColumnInfo[]) {
  const chosen = line && row[line.id] ? [line, ...extras.slice(-1)] : extras;
  return chosen.filter(({ id }) => row[id] !== null && row[id] !== undefined && row[id] !== "");
}
