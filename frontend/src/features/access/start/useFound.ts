import { useQuery } from "@tanstack/react-query";
import {
  listRowsOptions,
  readAccountOptions,
  readBreakGlassAccountOptions,
} from "../../../api/generated/@tanstack/react-query.gen";
import type { Row } from "../../../api/generated/types.gen";
import { rowOf } from "../../../api/rows";
import { mayUse, useSession } from "../../../session/session";
import type { Found, Provider, StepId, Systems } from "./steps";

/** What others do meanwhile, or another tab, shows soon. */
const EVERY_MS = 5_000;
/** More systems or providers than this are not counted one by one. */
const MOST = 200;

/** The kinds of systems that everybody is shown, with or without a connection. */
const USUAL = [
  ["kubernetes", "Kubernetes"],
  ["etcd", "etcd"],
  ["registry", "Registry"],
] as const;

/** What is there already, as far as the viewer may see it. */
export function useFound() {
  const account = useQuery({ ...readAccountOptions(), refetchInterval: EVERY_MS });
  const connections = useRows("connections", ["connection", "list"], { limit: MOST });
  const providers = useRows("identity-providers", ["identity-provider", "list"], { limit: MOST });
  const groups = useRows("bindings", ["binding", "list"], { filter: ["subject_kind=group"] });
  const users = useRows("users", ["user", "list"], {});
  const invitations = useRows("invitations", ["user", "create"], { filter: ["state=Pending"] });
  const glass = useGlass();
  const read = { account, connections, providers, groups, users, invitations, glass };
  const found: Found = {
    account: account.data && {
      factor: account.data.authenticator !== null || account.data.passkeys.length > 0,
      password: account.data.password,
    },
    systems: connections.data && systemsOf(connections.data.rows),
    providers: providers.data?.rows.map(providerOf),
    groups: groups.data?.total,
    people: users.data && {
      accounts: users.data.total - (hasGlass(glass.data?.state) ? 1 : 0),
      invitations: invitations.data?.total ?? 0,
    },
    glass: glass.data?.state,
  };
  const failed: Record<StepId, boolean> = {
    account: account.isLoadingError,
    systems: connections.isLoadingError,
    provider: providers.isLoadingError,
    groups: groups.isLoadingError,
    people: users.isLoadingError || invitations.isLoadingError,
    glass: glass.isLoadingError,
  };
  return { found, failed, pending: Object.values(read).some(({ isLoading }) => isLoading) };
}

/** The rows of a collection, and how many; nothing is asked for who may not see them. */
function useRows(
  name: string,
  needs: readonly [kind: string, verb: string],
  { limit = 1, filter = [] }: { limit?: number; filter?: string[] },
) {
  return useQuery({
    ...listRowsOptions({ path: { name }, query: { filter, limit } }),
    enabled: mayUse(useSession(), ...needs),
    refetchInterval: EVERY_MS,
  });
}

function useGlass() {
  return useQuery({
    ...readBreakGlassAccountOptions(),
    enabled: mayUse(useSession(), "identity-provider", "get"),
    refetchInterval: EVERY_MS,
  });
}

/** It is nobody's account, but stands among them. */
const hasGlass = (state: Found["glass"]) => state !== undefined && state !== "none";

function providerOf(row: Row): Provider {
  const { name, label, status, people } = rowOf("identity-providers", row);
  return { name, label, people, active: status !== "Switched off" };
}

function systemsOf(rows: readonly Row[]): Systems[] {
  const found = rows.map((row) => rowOf("connections", row));
  const kinds = new Map<string, string>(USUAL);
  for (const { kind, system } of found) kinds.set(kind, system);
  return [...kinds].map(([kind, title]) => {
    const own = found.filter((one) => one.kind === kind);
    const connected = own.filter(({ status, broken }) => !broken && !IDLE.includes(status));
    return { title, all: own.length, connected: connected.length };
  });
}

/** Over these nothing has come yet. */
const IDLE = ["Switched off", "Connecting"];
