import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { MeterList, MeterView } from "../../api/generated/types.gen";
import { useSearchOf } from "../../pages/useSearchOf";
import { monthOf, monthsBack } from "./format";
import { type BilledBy, isRule } from "./rules";
import { METERING_SEARCH } from "./search";

export interface AskedUsage {
  meter: string;
  month: string;
  months: readonly string[];
  cluster: string;
  clusters: readonly string[];
  by: BilledBy;
  day: string | undefined;
  change: (changes: Record<string, string | undefined>) => void;
}

/** What is looked at, as the address says it. */
export function useAsked({ items, zone, next }: MeterList, first: number): AskedUsage {
  const search = useSearchOf(METERING_SEARCH);
  const navigate = useNavigate();
  const found: MeterView | undefined = items.find(({ name }) => name === search.meter) ?? items[0];
  const months = monthsBack(monthOf(first, zone), monthOf(next - 1, zone));
  const clusters = found?.clusters ?? [];
  const known = [search.month, months[0]].find((one) => one && months.includes(one)) ?? "";
  const change = useCallback(
    (changes: Record<string, string | undefined>) =>
      void navigate({
        to: ".",
        search: (old: Record<string, unknown>) => ({ ...old, ...changes }),
        replace: true,
      }),
    [navigate],
  );
  const by = [search.by, found?.aggregation].find(isRule) ?? "peak";
  return {
    meter: found?.name ?? "",
    month: known,
    months,
    cluster: clusters.find((name) => name === search.cluster) ?? "",
    clusters,
    by,
    day: search.day?.startsWith(known) ? search.day : undefined,
    change,
  };
}
