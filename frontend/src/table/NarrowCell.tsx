import { Fragment } from "react";
import type { ColumnInfo, Row } from "../api/generated/types.gen";
import { narrowColumns } from "./columns";
import { Td } from "./elements";
import { RowTick } from "./RowTick";
import { RowValue } from "./RowValue";
import type { TableRowProps } from "./TableRow";

/** What says nothing without its column's head. */
const NAMELESS: ReadonlySet<ColumnInfo["type"]> = new Set([
  "number",
  "quantity",
  "bytes",
  "percent",
  "bool",
]);

/** A row on a phone: which it is and how it is, then where it is and why. */
export function NarrowCell({ glow, ...props }: TableRowProps & { glow: ReadonlySet<string> }) {
  const { name, status, where, line, extras } = narrowColumns(props.columns, props.nameId);
  const glows = glow.size > 0 ? " cr-glow" : "";
  const ticks = props.onSelect ? " cr-narrow-check" : "";
  const places = where.filter(({ id }) => says(props.row, id));
  return (
    <Td className={`cr-cell cr-narrow${glows}${ticks}`} colSpan={1}>
      {props.onSelect && <RowTick {...props} />}
      <span className="cr-narrow-line">
        {name && <RowValue {...props} column={name} />}
        {status && <RowValue {...props} column={status} />}
      </span>
      <span className="cr-narrow-line cr-narrow-second">
        {places.length > 0 && (
          <span className="cr-narrow-where" translate="no">
            {places.map((column, index) => (
              <Fragment key={column.id}>
                {index > 0 && " / "}
                <RowValue {...props} column={column} />
              </Fragment>
            ))}
          </span>
        )}
        {secondLine(props, line, extras).map((column) => (
          <span key={column.id} className={column === line ? "cr-two-lines" : undefined}>
            {(NAMELESS.has(column.type) || props.brief) && `${column.label} `}
            <RowValue {...props} column={column} />
          </span>
        ))}
      </span>
    </Td>
  );
}

/** The sentence and the age, else what else the row has; a dash says nothing in a line. */
function secondLine(
  { row, renderers, brief, columns }: TableRowProps,
  line: ColumnInfo | undefined,
  extras: readonly ColumnInfo[],
) {
  if (brief)
    return brief.flatMap((id) =>
      columns.filter((column) => column.id === id && (says(row, id) || id in renderers)),
    );
  // What the page words itself says something where the row's own value is empty, too.
  const made = (column: ColumnInfo) =>
    column.id in renderers && (column === line || !(column.id in row));
  const chosen = line && (row[line.id] || made(line)) ? [line, ...extras.slice(-1)] : extras;
  return chosen.filter((column) => says(row, column.id) || made(column));
}

function says(row: Row, id: string): boolean {
  return row[id] !== null && row[id] !== undefined && row[id] !== "";
}
