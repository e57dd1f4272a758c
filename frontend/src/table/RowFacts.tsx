import "../styles/detail.css";
import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from "@patternfly/react-core";
import type { CollectionInfo, ColumnInfo, Row } from "../api/generated/types.gen";
import { Cell } from "./cells/Cell";
import { isReadable, nameColumn } from "./columns";
import type { Renderers } from "./TableRow";

/** Every value the row has, by its column's type. */
export function RowFacts({
  info,
  row,
  renderers = {},
  hidden = [],
}: {
  info: CollectionInfo;
  row: Row;
  renderers?: Renderers;
  hidden?: readonly string[] | undefined;
}) {
  const name = nameColumn(info);
  const columns = info.columns.filter(
    (column) =>
      column !== name &&
      isReadable(column) &&
      !hidden.includes(column.id) &&
      says(column, row[column.id]),
  );
  return (
    <DescriptionList isHorizontal isCompact className="cr-facts" isFluid>
      {columns.map((column) => (
        <DescriptionListGroup key={column.id}>
          <DescriptionListTerm>
            <span translate="no">{column.label}</span>
          </DescriptionListTerm>
          <DescriptionListDescription>
            {renderers[column.id]?.(row) ?? <Cell column={column} value={row[column.id]} all />}
          </DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}

/** Whether a value tells the reader anything: neither the absent nor a plain no does. */
function says(column: ColumnInfo, value: unknown): boolean {
  if (value === null || value === undefined || value === "") return false;
  if (column.type === "bool") return value === true && column.id !== "healthy";
  if (column.type === "time") return value !== 0;
  return !(typeof value === "object" && Object.keys(value).length === 0);
}
