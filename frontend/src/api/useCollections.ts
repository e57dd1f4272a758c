import { useQuery } from "@tanstack/react-query";
import { listCollectionsOptions } from "./generated/@tanstack/react-query.gen";
import type { CollectionInfo } from "./generated/types.gen";

/** What collections exist for this viewer, with their columns; it changes with rights only. */
export const collectionsQuery = { ...listCollectionsOptions(), staleTime: 60_000 };

export interface CollectionLookup {
  info: CollectionInfo | undefined;
  loading: boolean;
  error: unknown;
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
