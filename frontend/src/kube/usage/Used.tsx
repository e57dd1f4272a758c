import type { Row } from "../../api/generated/types.gen";
import { formatBytes, formatCores } from "../../format/numbers";
import { part, usePart } from "../../overlay/part";
import type { Renderers } from "../../table/TableRow";
import type { UsedTrendProps } from "./UsedTrend";

const trend = part(async () => (await import("./UsedTrend")).UsedTrend);

/** What a row's node or pod uses; its last hour comes beside it. */
function Used(props: UsedTrendProps) {
  const value = props.row[`${props.metric}_used`];
  const measured = typeof value === "number";
  const Trend = usePart(trend, measured);
  if (!measured) return <span className="cr-none">–</span>;
  return (
    <span className="cr-used" translate="no">
      {Trend && <Trend {...props} />}
      <span>{props.metric === "cpu" ? formatCores(value) : formatBytes(value)}</span>
    </span>
  );
}

/** How the tables of machines and pods show what is used. */
export function usedRenderers(collection: string): Renderers {
  return OF[collection] ?? NONE;
}

const NONE: Renderers = {};
const renderersOf = (kind: UsedTrendProps["kind"]): Renderers => ({
  cpu_used: (row: Row) => <Used row={row} kind={kind} metric="cpu" />,
  memory_used: (row: Row) => <Used row={row} kind={kind} metric="memory" />,
});
const OF: Record<string, Renderers> = {
  machines: renderersOf("nodes"),
  pods: renderersOf("pods"),
};
