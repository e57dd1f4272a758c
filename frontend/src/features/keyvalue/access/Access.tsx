import { part, usePart } from "../../../overlay/part";

const tab = part(async () => (await import("./AccessTab")).AccessTab);

/** etcd's own users and roles; the code comes when they are looked at. */
export function Access({ etcd }: { etcd: string }) {
  const Tab = usePart(tab, true);
  return Tab && <Tab etcd={etcd} />;
}
