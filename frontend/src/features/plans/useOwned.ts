import { useQuery } from "@tanstack/react-query";
import { readLicenceOptions } from "../../api/generated/@tanstack/react-query.gen";
import { mayUse, useSession } from "../../session/session";

/** How many there are here of what a meter counts, for who may see it; null: not counted. */
export function useOwned(meter: string): number | null {
  const session = useSession();
  const found = useQuery({
    ...readLicenceOptions(),
    enabled: mayUse(session, "licence", "get"),
    retry: false,
  });
  const entitlement = found.data?.entitlements.find(({ name }) => name === meter);
  return entitlement?.count ?? null;
}
