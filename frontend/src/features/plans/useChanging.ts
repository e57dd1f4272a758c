import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Interval, PlanView } from "../../api/generated/types.gen";
import { useSearchOf } from "../../pages/useSearchOf";
import { PLANS_SEARCH } from "./search";

/** A change of what is bought, as the address says it. */
export interface Changing {
  version: string;
  quantity: number;
  every: Interval;
  toVersion: string;
  toQuantity: number;
  toEvery: Interval;
  on: string;
  began: string;
}

const NAMES: Record<keyof Changing, string> = {
  version: "from",
  quantity: "fromQuantity",
  every: "fromEvery",
  toVersion: "to",
  toQuantity: "toQuantity",
  toEvery: "toEvery",
  on: "on",
  began: "began",
};

/** What is asked of a change: what the address does not say is today, and the first two plans. */
export function useChanging(plans: readonly PlanView[], quantity: number) {
  const search = useSearchOf(PLANS_SEARCH);
  const navigate = useNavigate();
  const known = plans.flatMap((plan) => plan.versions.map(({ id }) => id));
  const knownOr = (id: string | undefined, usual: string | undefined) =>
    known.find((one) => one === id) ?? usual ?? "";
  const on = search.on ?? new Date().toISOString().slice(0, 10);
  const asked: Changing = {
    version: knownOr(search.from, plans[0]?.versions[0]?.id),
    quantity: search.fromQuantity ?? quantity,
    every: search.fromEvery ?? "month",
    toVersion: knownOr(search.to, plans[1]?.versions[0]?.id ?? plans[0]?.versions[0]?.id),
    toQuantity: search.toQuantity ?? quantity,
    toEvery: search.toEvery ?? "month",
    on,
    began: search.began ?? `${on.slice(0, 8)}01`,
  };
  const change = useCallback(
    (changes: Partial<Changing>) =>
      void navigate({
        to: ".",
        search: (old: Record<string, unknown>) => ({
          ...old,
          ...Object.fromEntries(
            Object.entries(changes).map(([name, value]) => [NAMES[name as keyof Changing], value]),
          ),
        }),
        replace: true,
      }),
    [navigate],
  );
  return { asked, change };
}
