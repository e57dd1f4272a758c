import { Button, Drawer, DrawerContent, DrawerContentBody } from "@patternfly/react-core";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionInfo } from "../api/types";
import { useLiveView } from "../live/react";
import { useScope } from "../shell/scope";
import { useNarrow } from "../shell/useNarrow";
import { useSeveralClusters } from "../shell/useScopeChoices";
import { facetColumns, visibleColumns } from "./columns";
import { FilterBar } from "./FilterBar";
import { FilterChips } from "./FilterChips";
import { parseFilter } from "./filters";
import { KeysHelp } from "./KeysHelp";
import type { LiveTableProps } from "./LiveTable";
import { SelectionBar } from "./SelectionBar";
import { SidePanel } from "./SidePanel";
import { scopeFilters, toQuery } from "./search";
import { hasHealth } from "./summary";
import { TableBody } from "./TableBody";
import { TableHeader } from "./TableHeader";
import { useCursor } from "./useCursor";
import { useHeldRows } from "./useHeldRows";
import { usePointerHold } from "./usePointerHold";
import { WINDOW_ROWS } from "./useWindow";

const NO_FILTERS: readonly string[] = [];

/** The table once its collection's declaration is known. */
export function LiveTableView(props: LiveTableProps & { info: CollectionInfo }) {
  const { info, search, onSearch, fixed = NO_FILTERS, hidden, embedded } = props;
  const { t } = useTranslation();
  const scope = useScope();
  const narrow = useNarrow();
  const [helpOpen, setHelpOpen] = useState(false);
  const hold = usePointerHold();

  const severalClusters = useSeveralClusters() && !embedded;
  const columns = useMemo(
    () => visibleColumns(info, search.cols, hidden, severalClusters),
    [info, search.cols, hidden, severalClusters],
  );
  const fixedColumns = useMemo(
    () => new Set(fixed.map((filter) => parseFilter(filter)?.column ?? "")),
    [fixed],
  );
  const fixedFilters = useMemo(
    () => (embedded ? fixed : [...fixed, ...scopeFilters(info, scope)]),
    [embedded, fixed, info, scope],
  );
  const query = useMemo(() => {
    const menus = facetColumns(columns, fixedColumns).map(({ id }) => id);
    const facets = hasHealth(info) ? [...new Set([...menus, "healthy"])] : menus;
    return toQuery(info, search, fixedFilters, facets);
  }, [info, search, fixedFilters, columns, fixedColumns]);
  const { view, moveWindow, retry } = useLiveView(info.name, query, {
    offset: 0,
    limit: WINDOW_ROWS,
  });
  const held = useHeldRows(view, hold.holding);

  const openRow = useCallback(
    (row: string | undefined) => {
      const { row: _, ...rest } = search;
      onSearch(row === undefined ? rest : { ...rest, row }, true);
    },
    [search, onSearch],
  );
  const cursor = useCursor({
    held,
    openKey: search.row,
    onOpen: openRow,
    onHelp: () => setHelpOpen(true),
    enabled: (!embedded || props.pageKeys === true) && !helpOpen,
  });
  const openLive = view.rows.find((row) => row.key === search.row);

  const panel = search.row !== undefined && (
    <SidePanel
      key={search.row}
      info={info}
      rowKey={search.row}
      live={openLive}
      renderers={props.renderers ?? {}}
      href={props.href}
      extra={props.panel}
      hidden={props.panelHidden}
      onClose={() => openRow(undefined)}
    />
  );
  return (
    <section className={embedded ? "cr-page cr-embedded" : "cr-page"} data-collection={info.name}>
      {!embedded && <TableHeader {...props} view={view} />}
      {props.tabs}
      <FilterBar
        info={info}
        search={search}
        query={query}
        facets={view.facets}
        fixedColumns={fixedColumns}
        visible={columns}
        extra={embedded ? <TableHeader {...props} view={view} /> : props.actions}
        onChange={onSearch}
      />
      <FilterChips info={info} search={search} problem={view.problem} onChange={onSearch} />
      <SelectionBar
        selected={cursor.selected}
        info={info}
        rows={view.rows}
        onClear={cursor.clear}
      />
      <Drawer isExpanded={Boolean(panel)} isInline={!narrow} className="cr-table-drawer">
        <DrawerContent panelContent={panel || undefined}>
          <DrawerContentBody>
            {held.waiting > 0 && (
              <Button variant="tertiary" size="sm" className="cr-waiting" onClick={hold.release}>
                {t("table.waiting", { count: held.waiting })}
              </Button>
            )}
            <TableBody
              {...props}
              view={view}
              held={held}
              columns={columns}
              fixedFilters={fixedFilters}
              sort={query.sort.join(",")}
              narrow={narrow}
              cursor={cursor}
              holdHandlers={hold.handlers}
              onSort={(sort) => {
                const { sort: _, ...rest } = search;
                onSearch(sort === undefined ? rest : { ...rest, sort });
              }}
              onWindow={moveWindow}
              onRetry={retry}
            />
          </DrawerContentBody>
        </DrawerContent>
      </Drawer>
      <KeysHelp open={helpOpen} onClose={() => setHelpOpen(false)} />
    </section>
  );
}
