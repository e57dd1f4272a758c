import { useEffect, useMemo, useRef, useState } from "react";
import type { ColumnInfo } from "../api/generated/types.gen";
import type { HeldRows } from "./useHeldRows";
import { columnWidths, fittingColumns, sentenceLines } from "./widths";

/** What is shown of the columns, and how wide. */
export interface FittedColumns {
  columns: readonly ColumnInfo[];
  widths: number[];
  /** So many lines a sentence may have. */
  lines: number;
}

/**
 * Widths by the first rows seen, so that later values never make the columns jump. Columns nobody
 * chose are left out while there is no room for them; `chosen` ones scroll sideways instead.
 */
export function useColumnWidths(
  columns: readonly ColumnInfo[],
  held: HeldRows,
  nameId: string | undefined,
  scroller: HTMLElement | null,
  /** Room that other cells of the row take. */
  taken: number,
  chosen: boolean,
): FittedColumns {
  const available = useClientWidth(scroller) - taken;
  const sample = useRef<{ columns: readonly ColumnInfo[]; rows: HeldRows["rows"] }>(undefined);
  if (sample.current?.columns !== columns || sample.current.rows.length === 0)
    sample.current = { columns, rows: held.rows };
  const rows = sample.current.rows;
  return useMemo(() => {
    const plain = rows.map(({ row }) => row);
    const shown = chosen ? columns : fittingColumns(columns, plain, nameId, available);
    const widths = columnWidths(shown, plain, nameId, available);
    return { columns: shown, widths, lines: sentenceLines(shown, plain, nameId, widths) };
  }, [columns, rows, nameId, available, chosen]);
}

function useClientWidth(element: HTMLElement | null): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
