import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { DRAWN } from "./customPages";
import type { useCustomObjects } from "./useCustomObjects";

interface CustomRestProps {
  query: ReturnType<typeof useCustomObjects>["query"];
  /** Among how many objects the order and the filter hold; null: there is neither. */
  among: number | null;
  still: boolean;
  drawn: number;
  rows: number;
  onDraw: (drawn: number) => void;
}

/** What the table of custom objects leaves out, in words, and how to get it. */
export function CustomRest({ query, among, still, drawn, rows, onDraw }: CustomRestProps) {
  const { t } = useTranslation();
  const hidden = rows > drawn;
  return (
    <>
      {hidden && (
        <p className="cr-muted">
          {t("custom.drawn", { drawn, count: rows })}{" "}
          <Button variant="link" isInline onClick={() => onDraw(drawn + DRAWN)}>
            {t("custom.draw")}
          </Button>
        </p>
      )}
      {query.hasNextPage && (among !== null || !hidden) && (
        <p className="cr-muted">
          {among !== null && t("custom.among", { count: among })}{" "}
          <Button
            variant="link"
            isInline
            isLoading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t("custom.more")}
          </Button>
        </p>
      )}
      {still && (
        <p className="cr-muted">
          {t("custom.still")}{" "}
          <Button
            variant="link"
            isInline
            isLoading={query.isRefetching && !query.isFetchingNextPage}
            onClick={() => void query.refetch()}
          >
            {t("custom.again")}
          </Button>
        </p>
      )}
    </>
  );
}
