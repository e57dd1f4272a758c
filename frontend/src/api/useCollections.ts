import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./http";
import type { CollectionInfo, CollectionsAnswer } from "./types";

/** What collections exist for this viewer, with their columns; it changes with rights only. */
export const collectionsQuery = queryOptions({
  queryKey: ["collections"],
  queryFn: ({ signal }) => request<CollectionsAnswer>("collections", { signal }),
  staleTime: 60_000,
});

export interface CollectionLookup {
  info: CollectionInfo | undefined;
  loading: boolean;
  error: Error | null;
  retry: () => void;
}

export function useCollection(name: string): CollectionLookup {
  const { data, isPending, error, refetch } = useQuery(collectionsQuery);
  return {
    info: data?.collections.find((collection) => collection.name === name),
    loading: isPending,
    error,
    retry: () => void refetch(),
  };
}
