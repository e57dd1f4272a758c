import { useRouter } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { readSearch, TABLE_SEARCH } from "../pages/search";
import { useSearchOf } from "../pages/useSearchOf";
import { readScope } from "../shell/scope";
import type { TableSearch } from "./search";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The entry was made by opening the side panel: closing it goes back. */
    panel?: boolean;
  }
}

/** How a change of the search stands in the browser's history. */
type Step = "push" | "replace" | "back";

/**
 * Opening the panel is a step that Back undoes, and closing it is that Back, so that the list
 * is never in the history twice; from row to row the entry is the same. Everything else is as
 * asked: typing replaces, a filter or a sort is a step.
 */
export function stepOf(
  before: TableSearch,
  next: TableSearch,
  replace: boolean,
  panel: boolean,
): Step {
  if (before.row === next.row) return replace ? "replace" : "push";
  if (before.row === undefined) return "push";
  return next.row === undefined && panel ? "back" : "replace";
}

/** A table's state in the page's URL. */
export function usePageSearch(): [TableSearch, (search: TableSearch, replace?: boolean) => void] {
  const router = useRouter();
  const search = useSearchOf(TABLE_SEARCH);
  const set = useCallback(
    (next: TableSearch, replace = false) => {
      const { location } = router.state;
      const before = readSearch(TABLE_SEARCH, location.search);
      const panel = location.state.panel === true;
      const step = stepOf(before, next, replace, panel);
      if (step === "back") return router.history.back();
      const opens = before.row === undefined && next.row !== undefined;
      const moves = panel && next.row !== undefined && next.row !== before.row;
      void router.navigate({
        to: ".",
        search: (old: Record<string, unknown>) => ({
          ...without(old, Object.keys(TABLE_SEARCH)),
          ...readScope(old),
          ...readSearch(TABLE_SEARCH, next),
        }),
        state: opens || moves ? { panel: true } : {},
        replace: step === "replace",
      });
    },
    [router],
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
