import { Skeleton } from "@patternfly/react-core";
import { columnNumbers, WIDTHS } from "../states/Skeletons";
import { Td } from "./elements";

/** Placeholder cells of one row that is on its way. */
export function SkeletonCells({ count }: { count: number }) {
  return columnNumbers(count).map((column) => (
    <Td key={column} className="cr-cell">
      <Skeleton width={WIDTHS[column % WIDTHS.length] ?? "50%"} height="0.75rem" />
    </Td>
  ));
}
