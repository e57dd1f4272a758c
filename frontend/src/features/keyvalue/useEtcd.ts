import { useQuery } from "@tanstack/react-query";
import { request } from "../../api/http";
import type { ListAnswer } from "../../api/types";
import { type Detail, useDetail } from "../../detail/useDetail";
import type { EtcdHealth } from "./types";

const EVERY_MS = 5_000;

/** The connected etcd clusters the viewer may see, by name. */
export function useEtcdNames(): { names: string[]; loading: boolean } {
  const { data, isPending } = useQuery({
    queryKey: ["etcd-names"],
    queryFn: ({ signal }) =>
      request<ListAnswer>("collections/etcd-members?limit=1000&sort=etcd", { signal }),
    refetchInterval: 15_000,
    retry: false,
  });
  const names = new Set((data?.rows ?? []).map((row) => String(row.etcd)));
  return { names: [...names].sort(), loading: isPending };
}

/** How one etcd cluster is, polled: it is judged from the newest poll of its members. */
export function useEtcdHealth(name: string | undefined): Detail<EtcdHealth> {
  return useDetail<EtcdHealth>(`etcd/${encodeURIComponent(name ?? "-")}`, {
    every: EVERY_MS,
    enabled: name !== undefined,
  });
}
