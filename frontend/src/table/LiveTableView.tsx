import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, Row } from "../api/generated/types.gen";
import { isPlain } from "../live/firstRows";
import { useLiveView } from "../live/react";
import { part, usePart } from "../overlay/part";
import { goTo } from "../shell/navigate";
import { useScope } from "../shell/scope";
import { stringifySearch } from "../shell/searchParams";
import { useLayout, useNarrow } from "../shell/useNarrow";
import { useSeveralClusters } from "../shell/useScopeChoices";
import { facetColumns, nameColumn, visibleColumns, withAdded } from "./columns";
import { FilterBar } from "./FilterBar";
import { FilterChips } from "./FilterChips";
import { parseFilter } from "./filters";
import type { LiveTableProps } from "./LiveTable";
import { usePlace } from "./place";
import { SelectionBar } from "./SelectionBar";
import { isFiltered, scopeFilters, toQuery } from "./search";
import { hasHealth } from "./summary";
import { TableBody } from "./TableBody";
import { TableHeader } from "./TableHeader";
import { useCursor } from "./useCursor";
import { useHeldRows } from "./useHeldRows";
import { usePointerHold } from "./usePointerHold";
import { useSelection } from "./useSelection";
import { WINDOW_ROWS } from "./useWindow";

const sidePanel = part(async () => (await import("./SidePanel")).SidePanel);
const NO_FILTERS: readonly string[] = [];
const FIRST_WINDOW = { offset: 0, limit: WINDOW_ROWS };

/** The table once its collection's declaration is known. */
export function LiveTableView(props: LiveTableProps & { info: CollectionInfo }) {
  const { info, search, onSearch, fixed = NO_FILTERS, hidden = NO_FILTERS, embedded } = props;
  const { t } = useTranslation();
  const scope = useScope();
  const narrow = useNarrow();
  const hold = usePointerHold();

  const severalClusters = useSeveralClusters() && !embedded;
  const fixedFilters = useMemo(
    () => (embedded ? fixed : [...fixed, ...scopeFilters(info, scope)]),
    [embedded, fixed, info, scope],
  );
  const team = ((!embedded || props.views) && scope.team) || "";
  const scoped = fixedFilters.length > fixed.length || team !== "";
  // What the page or the masthead has settled is neither a menu nor, of itself, a column.
  const fixedColumns = useMemo(
    () => new Set(fixedFilters.map((filter) => parseFilter(filter)?.column ?? "")),
    [fixedFilters],
  );
  const columns = useMemo(() => {
    const settled = Object.keys(scope).filter((id) => fixedColumns.has(id));
    return visibleColumns(info, search.cols, [...hidden, ...settled], severalClusters);
  }, [info, search.cols, hidden, severalClusters, fixedColumns, scope]);
  const shown = useMemo(
    () => withAdded(columns, nameColumn(info), props.added),
    [columns, info, props.added],
  );
  const query = useMemo(() => {
    const menus = facetColumns(columns, fixedColumns).map(({ id }) => id);
    const facets = hasHealth(info) ? [...new Set([...menus, "healthy"])] : menus;
    return toQuery(info, search, fixedFilters, facets, team);
  }, [info, search, fixedFilters, columns, fixedColumns, team]);
  const opening = !embedded && isPlain(query, info.default_sort);
  const { view, moveWindow, retry } = useLiveView(info.name, query, FIRST_WINDOW, opening);
  const held = useHeldRows(view, hold.holding);

  const place = usePlace(info.name);
  const [startAt] = useState(place.found?.top ?? 0);
  const router = useRouter();
  const openRow = useCallback(
    (row: string | undefined) => {
      const { row: _, ...rest } = search;
      onSearch(row === undefined ? rest : { ...rest, row }, true);
    },
    [search, onSearch],
  );
  const hrefOf = useHrefOf(props.href);
  const selection = useSelection(held.rows);
  const { active, point } = useCursor({
    held,
    start: place.found?.active ?? null,
    openKey: search.row,
    onOpen: openRow,
    onPage: (row) => {
      const href = props.href?.(row);
      if (href) goTo(router, href);
    },
    onSelect: selection.toggle,
    onClear: selection.clear,
    enabled: !embedded || props.pageKeys === true,
  });
  place.now.current.active = active;
  const SidePanel = usePart(sidePanel, search.row !== undefined);
  const beside = useLayout() === "full";
  const openLive = view.rows.find((row) => row.key === search.row);
  const narrowed = !embedded && (isFiltered(search) || scoped);
  const toggleRow = (key: string) => {
    point(key);
    openRow(key === search.row ? undefined : key);
  };

  return (
    <section className={embedded ? "cr-page cr-embedded" : "cr-page"} data-collection={info.name}>
      {/* Behind a panel that covers it, the table takes neither focus nor pointer. */}
      <div className="cr-table-page" inert={search.row !== undefined && !beside}>
        {!embedded && <TableHeader {...props} view={view} narrowed={narrowed} />}
        {props.tabs}
        <FilterBar
          info={info}
          search={search}
          query={query}
          facets={view.facets}
          fixedColumns={fixedColumns}
          visible={columns}
          extra={
            <>
              {embedded && <TableHeader {...props} view={view} narrowed={isFiltered(search)} />}
              {props.actions}
            </>
          }
          views={!embedded || props.views === true}
          onChange={onSearch}
        />
        <FilterChips info={info} search={search} problem={view.problem} onChange={onSearch} />
        <SelectionBar
          info={info}
          selection={selection}
          hrefOf={hrefOf}
          visible={columns}
          bulk={props.bulk}
        />
        <div className="cr-table-area">
          {held.waiting > 0 && (
            <Button variant="tertiary" size="sm" className="cr-waiting" onClick={hold.release}>
              {t("table.waiting", { count: held.waiting })}
            </Button>
          )}
          <TableBody
            {...props}
            view={view}
            held={held}
            columns={shown}
            scoped={scoped}
            team={team}
            sort={query.sort.join(",")}
            narrow={narrow}
            active={active}
            selection={selection}
            startAt={startAt}
            hrefOf={hrefOf}
            follows={embedded === true && !beside && props.href !== undefined}
            onOpen={toggleRow}
            onScroll={(top) => {
              place.now.current.top = top;
            }}
            holdHandlers={hold.handlers}
            onSort={(sort) => {
              const { sort: _, ...rest } = search;
              onSearch(sort === undefined ? rest : { ...rest, sort });
            }}
            onWindow={moveWindow}
            onRetry={retry}
          />
        </div>
      </div>
      {search.row !== undefined && SidePanel && (
        <SidePanel
          key={search.row}
          info={info}
          rowKey={search.row}
          live={openLive}
          renderers={props.renderers ?? {}}
          href={props.href}
          extra={props.panel}
          hidden={props.panelHidden}
          covers={!beside}
          onClose={() => openRow(undefined)}
        />
      )}
    </section>
  );
}

/**
 * The address a row's name leads to: its page, or this table with the row's panel open. The
 * function stays the same, so that rows are drawn again only for news of their own.
 */
function useHrefOf(href: LiveTableProps["href"]): (row: Row) => string {
  const router = useRouter();
  const latest = useRef(href);
  latest.current = href;
  return useCallback(
    (row: Row) => {
      const page = latest.current?.(row);
      if (page) return page;
      const { pathname, search } = router.state.location;
      return `${pathname}${stringifySearch({ ...search, row: row.key })}`;
    },
    [router],
  );
}
