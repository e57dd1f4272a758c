import type { ObjectPath } from "../../../kube/objectRow";
import { isWorkload } from "../../../kube/objectRow";
import { part, usePart } from "../../../overlay/part";

/** Nodes and pods are measured, and what runs pods by them. */
export const hasUsage = ({ kind }: ObjectPath) =>
  kind === "nodes" || kind === "pods" || (isWorkload(kind) && kind !== "cronjobs");

const panel = part(async () => (await import("./UsagePanel")).UsagePanel);

/** What an object used in the last hour; the code comes with the first look. */
export function Usage({ path }: { path: ObjectPath }) {
  const Panel = usePart(panel, true);
  return Panel && <Panel path={path} />;
}
