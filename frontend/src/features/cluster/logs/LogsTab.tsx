import type { Detail as ObjectDetail } from "../../../api/generated/types.gen";
import { isWorkload, type ObjectPath } from "../../../kube/objectRow";
import { part, usePart } from "../../../overlay/part";

export interface LogsTabProps {
  path: ObjectPath;
  object: ObjectDetail;
}

/** A pod has logs, and what runs pods has theirs. */
export const hasLogs = ({ kind }: ObjectPath) =>
  kind === "pods" || (isWorkload(kind) && kind !== "cronjobs");

const panel = part(async () => (await import("./LogsPanel")).LogsPanel);

/** The logs of a pod, or of a workload's pods; the code comes with the first look. */
export function LogsTab(props: LogsTabProps) {
  const Panel = usePart(panel, true);
  return Panel && <Panel {...props} />;
}
