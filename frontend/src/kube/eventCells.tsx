import { KindBadge } from "../detail/KindBadge";
import { Status } from "../status/Status";
import { wordOf } from "../status/tone";
import type { Renderers } from "../table/TableRow";

/** Of an event: its object by kind and name as one cell, and how bad it is. */
export const EVENT_RENDERERS: Renderers = {
  // What is as usual needs no mark: a green one would call an event well.
  severity: (row) =>
    row.severity === "normal" ? (
      <span className="cr-muted" translate="no">
        {wordOf("normal")}
      </span>
    ) : (
      <Status word={String(row.severity ?? "")} />
    ),
  object_name: (row) => (
    <>
      {row.object_kind ? <KindBadge kind={String(row.object_kind)} /> : null}{" "}
      <span translate="no">{String(row.object_name ?? "")}</span>
    </>
  ),
};
