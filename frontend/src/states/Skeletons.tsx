import { Skeleton } from "@patternfly/react-core";
import { Td } from "@patternfly/react-table";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const WIDTHS = ["62%", "48%", "71%", "40%", "56%"];
const columnNumbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Placeholder cells of one row that is on its way. */
export function SkeletonCells({ count }: { count: number }) {
  return columnNumbers(count).map((column) => (
    <Td key={column} className="cr-cell">
      <Skeleton width={WIDTHS[column % WIDTHS.length] ?? "50%"} height="0.75rem" />
    </Td>
  ));
}

/** Children after 200 ms: what loads faster than that shows no loading at all. */
export function AfterPause({ children }: { children: ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return due ? children : null;
}

/** A block of skeleton lines as high as table rows, for any page part that loads. */
export function SkeletonLines({ lines = 8 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <AfterPause>
      <div className="cr-skeletons" role="status" aria-label={t("state.loading")}>
        {columnNumbers(lines).map((line) => (
          <Skeleton key={line} width={WIDTHS[line % WIDTHS.length] ?? "50%"} height="0.75rem" />
        ))}
      </div>
    </AfterPause>
  );
}
