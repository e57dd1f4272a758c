import type { ColumnInfo } from "../api/generated/types.gen";
import { RowStatus } from "../status/Status";
import { Cell } from "./cells/Cell";
import { NameLink } from "./NameLink";
import type { TableRowProps } from "./TableRow";

/** The value of one column; that of the name is the way to the row. */
export function RowValue(props: TableRowProps & { column: ColumnInfo }) {
  const { row, column, nameId, hrefOf, open, gone, follows, onOpen } = props;
  if (column.id !== nameId) return <Value {...props} />;
  return (
    <NameLink
      row={row}
      column={column}
      href={hrefOf(row)}
      open={open}
      gone={gone}
      onOpen={follows ? undefined : onOpen}
    >
      <Value {...props} />
    </NameLink>
  );
}

function Value({ row, renderers, column }: TableRowProps & { column: ColumnInfo }) {
  const own = renderers[column.id];
  if (!own && column.type === "status" && row[column.id])
    return <RowStatus word={String(row[column.id])} row={row} />;
  return own ? own(row) : <Cell column={column} value={row[column.id]} />;
}
