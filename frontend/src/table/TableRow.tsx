import { type MouseEvent, memo, type ReactNode } from "react";
import type { ColumnInfo, Row } from "../api/generated/types.gen";
import { isRightAligned } from "./columns";
import { Td, Tr } from "./elements";
import { NarrowCell } from "./NarrowCell";
import { RowTick } from "./RowTick";
import { RowValue } from "./RowValue";
import { useGlow } from "./useGlow";
import { isSentence } from "./widths";

/** A page's own rendering of single columns; the others follow their type. */
export type Renderers = Record<string, (row: Row) => ReactNode>;

export interface TableRowProps {
  row: Row;
  index: number;
  columns: readonly ColumnInfo[];
  nameId: string | undefined;
  renderers: Renderers;
  /** What a narrow row shows below its name, where its page chooses. */
  brief: readonly string[] | undefined;
  active: boolean;
  open: boolean;
  selected: boolean;
  gone: boolean;
  narrow: boolean;
  hrefOf: (row: Row) => string;
  onOpen: (key: string) => void;
  /** Name links are followed at once: there is no room for a panel beside the table. */
  follows: boolean;
  /** Tick the row; absent where nothing can be ticked. */
  onSelect: ((row: Row, range: boolean) => void) | undefined;
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
      aria-selected={selected}
      data-key={row.key}
      onClick={(event) => {
        if (!isOwnClick(event)) onOpen(row.key);
      }}
    >
      {narrow ? (
        <NarrowCell {...props} glow={glow} />
      ) : (
        <>
          {props.onSelect && (
            <Td className="cr-cell cr-check">
              <RowTick {...props} />
            </Td>
          )}
          {columns.map((column, position) => (
            <Td
              key={column.id}
              className={cellClass(column, position, glow.has(column.id))}
              data-column={column.id}
            >
              {isSentence(column) ? (
                <div className="cr-two-lines">
                  <RowValue {...props} column={column} />
                </div>
              ) : (
                <RowValue {...props} column={column} />
              )}
            </Td>
          ))}
        </>
      )}
    </Tr>
  );
});

/** A click that means something else: a link or button inside, or the end of marking text. */
function isOwnClick(event: MouseEvent | { target: EventTarget | null }): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("a, button, input, label")) return true;
  return (window.getSelection()?.toString() ?? "") !== "";
}

function cellClass(column: ColumnInfo, position: number, glows: boolean): string {
  const classes = ["cr-cell"];
  if (position === 0) classes.push("cr-cell-name");
  if (isRightAligned(column)) classes.push("cr-right");
  if (isSentence(column)) classes.push("cr-sentence");
  if (glows) classes.push("cr-glow");
  return classes.join(" ");
}
