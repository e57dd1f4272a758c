import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { listRows } from "../../api/generated/sdk.gen";
import type { Detail as ObjectDetail } from "../../api/generated/types.gen";
import { type ObjectPath, podFilters } from "../../kube/objectRow";

export interface PodsOf {
  path: ObjectPath;
  object: ObjectDetail;
}

/** The pods of an object by name: itself, or those it runs, newest first. */
export function usePods({ path, object }: PodsOf): readonly string[] {
  const filters = useMemo(
    () => (path.kind === "pods" ? null : podFilters(path, object)),
    [path, object],
  );
  const found = useQuery({
    queryKey: ["pods of", filters],
    queryFn: async ({ signal }) => {
      const query = { filter: [...(filters ?? [])], sort: "-created", limit: 200 };
      const { data } = await listRows({ path: { name: "pods" }, query, signal });
      return data.rows.map((row) => String(row.name));
    },
    enabled: filters !== null,
    refetchInterval: 10_000,
  });
  const own = useMemo(() => [path.name], [path.name]);
  return path.kind === "pods" ? own : (found.data ?? NONE);
}

const NONE: readonly string[] = [];
