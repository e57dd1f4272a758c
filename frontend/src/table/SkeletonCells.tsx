import { Skeleton } from "@patternfly/react-core";
import { Td } from "@patternfly/react-table";
import { columnNumbers, WIDTHS } from "../states/Skeletons";

/** Placeholder cells of one row that is on its way. */
export function SkeletonCells({ count }: { count: number }) {
  return columnNumbers(count).map((column) => (
    <Td key={column} className="cr-cell">
      <Skeleton width={WIDTHS[column % WIDTHS.length] ?? "50%"} height="0.75rem" />
    </Td>
  ));
}
