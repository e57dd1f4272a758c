import { Skeleton } from "@patternfly/react-core";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

/** Widths of placeholders, so that a block of them does not look like a grid. */
export const WIDTHS = ["62%", "48%", "71%", "40%", "56%"];
/** 0, 1, … up to `count`. */
export const columnNumbers = (count: number) => Array.from({ length: count }, (_, index) => index);

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
