import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { listRowsOptions, readHealthOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { EtcdHealth } from "../../api/generated/types.gen";
import { type Problem, toProblem } from "../../api/problem";
import { type Detail, useDetail } from "../../detail/useDetail";
import { equals } from "../../detail/useLiveRow";
import { EMPTY_QUERY, type Query } from "../../live/query";
import { useLiveView } from "../../live/react";
import { mayUse, useSession } from "../../session/session";

const EVERY_MS = 5_000;

export interface EtcdNames {
  names: string[];
  loading: boolean;
  /** Why the newest attempt failed; `names` are then the last known ones. */
  problem: Problem | null;
  retry: () => void;
}

const MEMBERS = { path: { name: "etcd-members" }, query: { limit: 1000, sort: "etcd" } };
const KEYS = { path: { name: "keys" }, query: { limit: 1, facet: ["etcd"] } };

/** The connected etcd clusters the viewer may see, by name. Who sees none of their members, but a
 * range of keys, finds those that have some; they are asked seldom, for keys are many. */
export function useEtcdNames(): EtcdNames {
  const session = useSession();
  const members = mayUse(session, "etcdmember") || !mayUse(session, "key");
  const { data, isPending, error, refetch } = useQuery({
    ...listRowsOptions(members ? MEMBERS : KEYS),
    refetchInterval: members ? 15_000 : 60_000,
    retry: false,
  });
  const told = members
    ? (data?.rows ?? []).map((row) => String(row.etcd))
    : (data?.facets.etcd ?? []).map(({ value }) => String(value));
  const names = new Set(told);
  return {
    names: [...names].sort(),
    loading: isPending,
    problem: error ? toProblem(error) : null,
    retry: () => void refetch(),
  };
}

const FEW = { offset: 0, limit: 20 };

/** The state of each member, in one text that changes when one of them does. */
function useMemberStates(name: string | undefined): string | undefined {
  const query = useMemo<Query>(
    () => ({ ...EMPTY_QUERY, filter: equals({ etcd: name ?? "" }) }),
    [name],
  );
  const { view } = useLiveView(name === undefined ? null : "etcd-members", query, FEW);
  if (view.status === "loading") return undefined;
  return view.rows.map(({ key, status, role, reason }) => [key, status, role, reason]).join("\n");
}

/**
 * How one etcd cluster is: asked at times, and at once when the state of a member changes, so
 * that the sentence above the table never says other than the table.
 */
export function useEtcdHealth(name: string | undefined): Detail<EtcdHealth> {
  return useDetail(readHealthOptions({ path: { name: name ?? "-" } }), {
    news: useMemberStates(name),
    every: EVERY_MS,
    enabled: name !== undefined,
  });
}
