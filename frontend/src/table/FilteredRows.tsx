import { useQuery } from "@tanstack/react-query";
import { request } from "../api/http";
import type { ListAnswer } from "../api/types";
import { FilteredEmpty } from "../states/States";

export interface FilteredRowsProps {
  collection: string;
  fixed: readonly string[];
  onClear: () => void;
}

/** The filtered-empty state with how many rows there would be without the viewer's filters. */
export function FilteredRows({ collection, fixed, onClear }: FilteredRowsProps) {
  const { data } = useQuery({
    queryKey: ["unfiltered-total", collection, fixed],
    queryFn: ({ signal }) => {
      const params = new URLSearchParams(fixed.map((filter) => ["filter", filter]));
      params.set("limit", "1");
      return request<ListAnswer>(`collections/${collection}?${params}`, { signal });
    },
    retry: false,
  });
  return <FilteredEmpty hidden={data?.total} onClear={onClear} />;
}
