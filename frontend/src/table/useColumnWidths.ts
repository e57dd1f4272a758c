import { useEffect, useMemo, useRef, useState } from "react";
import type { ColumnInfo } from "../api/generated/types.gen";
import type { HeldRows } from "./useHeldRows";
import { columnWidths } from "./widths";

/** Widths by the first rows seen, so that later values never make the columns jump. */
export function useColumnWidths(
  columns: readonly ColumnInfo[],
  held: HeldRows,
  nameId: string | undefined,
  scroller: HTMLElement | null,
  /** Room that other cells of the row take. */
  taken = 0,
): number[] {
  const available = useClientWidth(scroller) - taken;
  const sample = useRef<{ columns: readonly ColumnInfo[]; rows: HeldRows["rows"] }>(undefined);
  if (sample.current?.columns !== columns || sample.current.rows.length === 0)
    sample.current = { columns, rows: held.rows };
  const rows = sample.current.rows;
  return useMemo(
    () =>
      columnWidths(
        columns,
        rows.map(({ row }) => row),
        nameId,
        available,
      ),
    [columns, rows, nameId, available],
  );
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
