import { part, usePart } from "../../../overlay/part";

const tab = part(async () => (await import("./LeasesTab")).LeasesTab);

/** The leases of a store; the code comes when they are looked at. */
export function Leases({ etcd }: { etcd: string }) {
  const Tab = usePart(tab, true);
  return Tab && <Tab etcd={etcd} />;
}
