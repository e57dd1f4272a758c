import ClockIcon from "@patternfly/react-icons/dist/esm/icons/outlined-clock-icon";
import { useTranslation } from "react-i18next";
import type { ColumnInfo, Row } from "../../api/generated/types.gen";
import { formatExact, toUnix } from "../../format/time";
import { Cell } from "../../table/cells/Cell";
import type { Renderers } from "../../table/TableRow";

/** What only the member itself can tell: of one that is silent, its last words. */
const TOLD: Readonly<Record<string, ColumnInfo["type"]>> = {
  role: "text",
  version: "text",
  db_size: "bytes",
  db_in_use: "bytes",
  quota: "bytes",
  quota_used: "percent",
  raft_lag: "number",
  raft_term: "number",
  raft_index: "number",
  latency: "number",
};

const SILENT: ReadonlySet<unknown> = new Set(["down", "unknown"]);

/** Numbers of a member that does not answer are grey and say from when they are. */
export const MEMBER_RENDERERS: Renderers = Object.fromEntries(
  Object.entries(TOLD).map(([id, type]) => [
    id,
    (row: Row) => <LastKnown row={row} column={{ id, label: id, type } as ColumnInfo} />,
  ]),
);

function LastKnown({ row, column }: { row: Row; column: ColumnInfo }) {
  const { t } = useTranslation();
  const value = row[column.id];
  const cell = <Cell column={column} value={value} />;
  const known = value !== null && value !== undefined && value !== "";
  if (!SILENT.has(row.status) || !known) return cell;
  const at = toUnix(row.seen);
  const words =
    at === null ? t("etcd.lastKnown") : t("etcd.lastKnownAt", { exact: formatExact(at) });
  return (
    <span className="cr-last-known" title={words}>
      <ClockIcon />
      <span className="pf-v6-screen-reader">{words}</span> {cell}
    </span>
  );
}
