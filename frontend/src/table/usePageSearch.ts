import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { readScope } from "../shell/scope";
import { readTableSearch, type TableSearch } from "./search";

/** A table's state in the page's URL; typing and side panels replace the history entry. */
export function usePageSearch(): [TableSearch, (search: TableSearch, replace?: boolean) => void] {
  const raw = useRouterState({
    select: (state) => state.location.search as Record<string, unknown>,
  });
  const navigate = useNavigate();
  const search = useMemo(() => readTableSearch(raw), [raw]);
  const set = useCallback(
    (next: TableSearch, replace = false) => {
      void navigate({
        to: ".",
        search: (old: Record<string, unknown>) => ({
          ...without(old, ["q", "filter", "labels", "sort", "cols", "row"]),
          ...readScope(old),
          ...readTableSearch({ ...next }),
        }),
        replace,
      });
    },
    [navigate],
  );
  return [search, set];
}

function without(search: Record<string, unknown>, keys: readonly string[]) {
  return Object.fromEntries(Object.entries(search).filter(([key]) => !keys.includes(key)));
}

/** The same for a table inside a detail page, whose state is not part of the URL. */
export function useLocalSearch(
  initial: TableSearch = {},
): [TableSearch, (search: TableSearch) => void] {
  return useState(initial);
}
