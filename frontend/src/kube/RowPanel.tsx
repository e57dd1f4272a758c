import { part, usePart } from "../overlay/part";
import type { RowPanelProps } from "./RowPanelBody";

const body = part(async () => (await import("./RowPanelBody")).RowPanelBody);

/** The top of the side panel of a cluster's object; its code comes with the first panel. */
export function RowPanel(props: RowPanelProps) {
  const Body = usePart(body, true);
  return Body && <Body {...props} />;
}

/** What the panel's top says; for the other collections the list of values says it all. */
export const PANEL_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  pods: ["reason", "node", "owner", "owner_kind", "owner_group", "owner_uid"],
  workloads: ["reason", "plural", "uid"],
  machines: [
    "reason",
    "cpu",
    "cpu_percent",
    "cpu_requested",
    "memory",
    "memory_percent",
    "memory_requested",
    "pods",
    "pods_limit",
  ],
};
