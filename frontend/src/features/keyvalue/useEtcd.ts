import { useQuery } from "@tanstack/react-query";
import { request } from "../../api/http";
import { type Problem, toProblem } from "../../api/problem";
import type { ListAnswer } from "../../api/types";
import { type Detail, useDetail } from "../../detail/useDetail";
import type { EtcdHealth } from "./types";

const EVERY_MS = 5_000;

export interface EtcdNames {
  names: string[];
  loading: boolean;
  /** Why the newest attempt failed; `names` are then the last known ones. */
  problem: Problem | null;
  retry: () => void;
}

/** The connected etcd clusters the viewer may see, by name. */
export function useEtcdNames(): EtcdNames {
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ["etcd-names"],
    queryFn: ({ signal }) =>
      request<ListAnswer>("collections/etcd-members?limit=1000&sort=etcd", { signal }),
    refetchInterval: 15_000,
    retry: false,
  });
  const names = new Set((data?.rows ?? []).map((row) => String(row.etcd)));
  return {
    names: [...names].sort(),
    loading: isPending,
    problem: error ? toProblem(error) : null,
    retry: () => void refetch(),
  };
}

/** How one etcd cluster is, polled: it is judged from the newest poll of its members. */
export function useEtcdHealth(name: string | undefined): Detail<EtcdHealth> {
  return useDetail<EtcdHealth>(`etcd/${encodeURIComponent(name ?? "-")}`, {
    every: EVERY_MS,
    enabled: name !== undefined,
  });
}
