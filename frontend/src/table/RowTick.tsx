import { useTranslation } from "react-i18next";
import type { TableRowProps } from "./TableRow";

/** The box that ticks a row; its whole cell is the target. */
export function RowTick({ row, nameId, selected, onSelect }: TableRowProps) {
  const { t } = useTranslation();
  const name = String((nameId && row[nameId]) ?? row.key);
  return (
    <label>
      <input
        type="checkbox"
        tabIndex={-1}
        checked={selected}
        aria-label={t("table.select", { name })}
        onChange={(event) =>
          onSelect?.(row, (event.nativeEvent as unknown as PointerEvent).shiftKey === true)
        }
      />
    </label>
  );
}
