import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { ColumnInfo, Row } from "../api/generated/types.gen";
import type { Window } from "../live/query";
import { settle, useSettled } from "../live/useSettled";
import { Td, Tr } from "./elements";
import { NARROW_ROW_HEIGHT, ROW_HEIGHT, TALL_ROW_HEIGHT, useDensity } from "./preferences";
import { SkeletonCells } from "./SkeletonCells";
import { TableHead } from "./TableHead";
import { type Renderers, TableRow } from "./TableRow";
import { useColumnWidths } from "./useColumnWidths";
import type { HeldRow, HeldRows } from "./useHeldRows";
import type { Selection } from "./useSelection";
import { useFollowWindow } from "./useWindow";

const CHECK_WIDTH = 34;

export interface TableGridProps {
  label: string;
  held: HeldRows;
  columns: readonly ColumnInfo[];
  /** Somebody chose these columns: all of them are shown. */
  chosen: boolean;
  /** The column that opens the row. */
  nameId: string | undefined;
  renderers: Renderers;
  brief: readonly string[] | undefined;
  sort: string;
  narrow: boolean;
  activeIndex: number | null;
  openKey: string | undefined;
  selection: Selection;
  /** Rows can be ticked. */
  selectable: boolean;
  scroller: HTMLDivElement | null;
  /** How far down the reader was when they left; only the first value counts. */
  startAt: number;
  hrefOf: (row: Row) => string;
  follows: boolean;
  onSort: (sort: string | undefined) => void;
  onOpen: (key: string) => void;
  onWindow: (window: Window) => void;
}

/** The rows on screen out of a window of the server's result; the rest is height only. */
export function TableGrid(props: TableGridProps) {
  const { held, narrow, scroller, activeIndex, onWindow } = props;
  const [density] = useDensity();
  const checks = props.selectable && !narrow;
  const taken = checks ? CHECK_WIDTH : 0;
  const keep = narrow || props.chosen;
  const fitted = useColumnWidths(props.columns, held, props.nameId, scroller, taken, keep);
  const { columns, widths } = fitted;
  const tall = narrow ? undefined : TALL_ROW_HEIGHT[fitted.lines];
  const height = narrow ? NARROW_ROW_HEIGHT : (tall ?? ROW_HEIGHT[density]);
  const virtual = useVirtualizer({
    count: held.total,
    getScrollElement: () => scroller,
    estimateSize: () => height,
    // What is not seen is drawn once what is seen stands there.
    overscan: useSettled() ? 8 : 1,
    scrollPaddingStart: 44,
    scrollPaddingEnd: 12,
    initialRect: { width: 0, height: 800 },
    initialOffset: props.startAt,
  });
  useEffect(() => {
    if (height > 0) virtual.measure();
  }, [virtual, height]);
  const moved = useRef(activeIndex);
  useEffect(() => {
    if (activeIndex !== null && activeIndex !== moved.current) virtual.scrollToIndex(activeIndex);
    moved.current = activeIndex;
  }, [virtual, activeIndex]);
  useEffect(() => {
    if (held.rows.length > 0) setTimeout(settle);
  }, [held.rows.length]);
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useFollowWindow({ first, last }, held.offset, held.total, onWindow);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const cells = narrow ? 1 : columns.length + (checks ? 1 : 0);
  const onSelect = props.selectable ? props.selection.toggle : undefined;

  return (
    <table
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: keys move over its rows
      role="grid"
      aria-label={props.label}
      aria-rowcount={held.total + 1}
      className={`pf-v6-c-table pf-m-compact cr-table ${narrow ? "cr-table-narrow" : tall ? `cr-tall-${fitted.lines}` : `cr-${density}`}`}
      style={narrow ? {} : { minWidth: widths.reduce((sum, width) => sum + width, taken) }}
    >
      {!narrow && (
        <colgroup>
          {checks && <col style={{ width: CHECK_WIDTH }} />}
          {columns.map((column, index) => (
            <col key={column.id} style={{ width: widths[index] }} />
          ))}
        </colgroup>
      )}
      <TableHead
        {...props}
        columns={columns}
        checks={checks ? allTicked(held.rows, props.selection) : undefined}
      />
      <tbody className="pf-v6-c-table__tbody">
        <Spacer height={before} columns={cells} />
        {items.map((item) => {
          const entry = held.rows[item.index - held.offset];
          if (!entry)
            return (
              <Tr key={`wait-${item.index}`} className="cr-row" aria-rowindex={item.index + 2}>
                <SkeletonCells count={cells} />
              </Tr>
            );
          return (
            <TableRow
              key={entry.row.key}
              row={entry.row}
              gone={entry.gone}
              index={item.index}
              columns={columns}
              nameId={props.nameId}
              renderers={props.renderers}
              brief={props.brief}
              active={item.index === activeIndex}
              open={entry.row.key === props.openKey}
              selected={props.selection.selected.has(entry.row.key)}
              narrow={narrow}
              hrefOf={props.hrefOf}
              follows={props.follows}
              onOpen={props.onOpen}
              onSelect={onSelect}
            />
          );
        })}
        <Spacer height={after} columns={cells} />
      </tbody>
    </table>
  );
}

/** Whether every row on screen is ticked; "mixed" for some of them. */
function allTicked(rows: readonly HeldRow[], { selected }: Selection): boolean | "mixed" {
  const ticked = rows.filter(({ row }) => selected.has(row.key)).length;
  return ticked > 0 && ticked < rows.length ? "mixed" : ticked > 0;
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <Tr className="cr-spacer" aria-hidden="true">
      <Td colSpan={columns} style={{ height }} />
    </Tr>
  );
}
