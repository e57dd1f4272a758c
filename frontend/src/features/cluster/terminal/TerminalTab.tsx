import type { Detail as ObjectDetail } from "../../../api/generated/types.gen";
import { isWorkload, type ObjectPath } from "../../../kube/objectRow";
import { part, usePart } from "../../../overlay/part";

export interface TerminalTabProps {
  path: ObjectPath;
  object: ObjectDetail;
}

/** A terminal opens in a pod, and from what runs pods in one of theirs. */
export const hasTerminal = ({ kind }: ObjectPath) =>
  kind === "pods" || (isWorkload(kind) && kind !== "cronjobs");

const panel = part(async () => (await import("./TerminalPanel")).TerminalPanel);

/** A terminal in a container; the code comes with the first look. */
export function TerminalTab(props: TerminalTabProps) {
  const Panel = usePart(panel, true);
  return Panel && <Panel {...props} />;
}
