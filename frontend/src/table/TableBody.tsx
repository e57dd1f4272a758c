import { type PointerEventHandler, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, ColumnInfo, Row } from "../api/generated/types.gen";
import { AskAccess } from "../asking/AskAccess";
import type { Window } from "../live/query";
import type { ViewState } from "../live/subscription";
import { part, usePart } from "../overlay/part";
import { SkeletonLines } from "../states/Skeletons";
import { BadFilter, EmptyTable, Failed, NoAccess } from "../states/States";
import { nameColumn } from "./columns";
import { FilteredRows } from "./FilteredRows";
import type { LiveTableProps } from "./LiveTable";
import { isFiltered } from "./search";
import { TableGrid } from "./TableGrid";
import type { Renderers } from "./TableRow";
import type { HeldRows } from "./useHeldRows";
import type { Selection } from "./useSelection";

export interface TableBodyProps extends LiveTableProps {
  info: CollectionInfo;
  view: ViewState;
  held: HeldRows;
  columns: readonly ColumnInfo[];
  /** The masthead's scope narrows the table. */
  scoped: boolean;
  /** Whose rows alone it shows; empty for everybody's. */
  team: string;
  sort: string;
  narrow: boolean;
  /** Absolute index of the row the keys act on. */
  active: number | null;
  selection: Selection;
  startAt: number;
  hrefOf: (row: Row) => string;
  /** Name links are followed at once. */
  follows: boolean;
  onOpen: (key: string) => void;
  onScroll: (top: number) => void;
  holdHandlers: {
    onPointerMove: PointerEventHandler;
    onPointerLeave: PointerEventHandler;
  };
  onSort: (sort: string | undefined) => void;
  onWindow: (window: Window) => void;
  onRetry: () => void;
}

const ofTeam = part(async () => (await import("../shell/team")).NothingOfTeam);
const NO_RENDERERS: Renderers = {};

/** Rows, or the one state that explains why there are none. */
export function TableBody(props: TableBodyProps) {
  const { t } = useTranslation();
  const { info, view, held, search, onSearch } = props;
  const teamGone = props.team !== "" && view.problem?.status === 404;
  const OfTeam = usePart(ofTeam, teamGone);
  // State, not a ref: the rows inside can only be measured once this element is known.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  if (teamGone) return OfTeam && <OfTeam missing />;
  if (view.problem && (view.problem.status === 403 || view.rows.length === 0)) {
    if (view.problem.status === 403)
      return <NoAccess what={info.title} ask={<AskAccess kind={info.kind} />} />;
    if (view.problem.status !== 422)
      return <Failed problem={view.problem} onRetry={props.onRetry} />;
  }
  const clear = () => onSearch({ ...search, q: "", filter: [], labels: "" });
  if (view.problem && held.total === 0)
    return isFiltered(search) ? (
      <BadFilter problem={view.problem} onClear={clear} />
    ) : (
      <Failed problem={view.problem} onRetry={props.onRetry} />
    );
  if (view.status === "loading") return <SkeletonLines lines={12} />;
  if (held.total === 0 && !view.pending) {
    if (isFiltered(search) || props.scoped)
      return <FilteredRows {...props} filtered={isFiltered(search)} onClear={clear} />;
    if (view.freshness.length > 0 && view.freshness.every(({ state }) => state === "denied"))
      return <NoAccess what={info.title} />;
    return (
      <EmptyTable
        hint={props.emptyHint ?? t("state.emptyBody")}
        ask={<AskAccess kind={info.kind} />}
      />
    );
  }
  return (
    <div
      ref={setScroller}
      className="cr-scroller"
      // Scrollable regions must be reachable without a mouse.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll container
      tabIndex={0}
      role="group"
      aria-label={t("table.scroller", { title: info.title })}
      data-pending={view.pending || undefined}
      onScroll={(event) => props.onScroll(event.currentTarget.scrollTop)}
      {...props.holdHandlers}
    >
      <TableGrid
        label={info.title}
        held={held}
        columns={props.columns}
        chosen={search.cols !== undefined}
        nameId={nameColumn(info)?.id}
        renderers={props.renderers ?? NO_RENDERERS}
        brief={props.brief}
        sort={props.sort}
        narrow={props.narrow}
        activeIndex={props.active}
        openKey={search.row}
        selection={props.selection}
        // On a phone only where something is done with many: the boxes take room from names.
        selectable={!props.embedded && (!props.narrow || props.bulk !== undefined)}
        scroller={scroller}
        startAt={props.startAt}
        hrefOf={props.hrefOf}
        follows={props.follows}
        onSort={props.onSort}
        onOpen={props.onOpen}
        onWindow={props.onWindow}
      />
    </div>
  );
}
