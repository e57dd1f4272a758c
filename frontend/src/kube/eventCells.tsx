import { KindBadge } from "../detail/KindBadge";
import type { Renderers } from "../table/TableRow";

/** The object of an event by kind and name, as one cell. */
export const EVENT_RENDERERS: Renderers = {
  object_name: (row) => (
    <>
      {row.object_kind ? <KindBadge kind={String(row.object_kind)} /> : null}{" "}
      <span translate="no">{String(row.object_name ?? "")}</span>
    </>
  ),
};
