import { useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";
import { readSearch, type SearchOf, type SearchSchema } from "./search";

/** The parameters of the page's address, by the schema its manifest declares. */
export function useSearchOf<Schema extends SearchSchema>(schema: Schema): SearchOf<Schema> {
  const raw: object = useRouterState({ select: ({ location }) => location.search });
  return useMemo(() => readSearch(schema, raw), [schema, raw]);
}
