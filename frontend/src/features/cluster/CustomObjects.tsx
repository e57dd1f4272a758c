import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo, Custom } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { AskAccess } from "../../asking/AskAccess";
import { Age } from "../../format/Age";
import { readableQuantity } from "../../format/numbers";
import { clusterObject } from "../../kube/address";
import { AppLink } from "../../shell/AppLink";
import { SkeletonLines } from "../../states/Skeletons";
import { EmptyTable, Failed, NoAccess } from "../../states/States";
import { Status } from "../../status/Status";
import { Cell } from "../../table/cells/Cell";
import { CustomFilterBar } from "./CustomFilterBar";
import { CustomRest } from "./CustomRest";
import { DRAWN } from "./customPages";
import {
  arranged,
  type CustomColumn,
  type CustomFilter,
  type CustomSort,
  isNothing,
  momentOf,
  printedColumns,
} from "./customRows";
import { useCustomObjects } from "./useCustomObjects";

const NAME = "name";
const CREATED = "created";

/** The objects of a custom kind with the columns it prints, in any order and any part of them. */
export function CustomObjects({ cluster, definition }: { cluster: string; definition: string }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<CustomFilter>({ id: "", text: "" });
  const [sort, setSort] = useState<CustomSort | null>(null);
  const [wide, setWide] = useState(false);
  const all = sort !== null || filter.text !== "";
  const [drawn, setDrawn] = useState(DRAWN);
  const { query, items, still, kind } = useCustomObjects(cluster, definition, all);
  if (query.isPending) return <SkeletonLines lines={6} />;
  if (!kind) {
    const problem = toProblem(query.error);
    if (problem.status === 403)
      return <NoAccess what={definition} ask={<AskAccess {...problem.needs} />} />;
    return <Failed problem={problem} onRetry={() => void query.refetch()} />;
  }
  if (items.length === 0) return <EmptyTable hint={t("custom.empty")} />;
  const columns = columnsOf(t, kind.namespaced, printedColumns(kind.columns, wide));
  const rows = arranged(items, columns, filter, sort);
  const unlabelled = kind.columns.length > 0;
  return (
    <>
      <CustomFilterBar
        columns={columns}
        filter={filter}
        onFilter={setFilter}
        wide={kind.columns.some(({ priority }) => priority > 0) ? wide : undefined}
        onWide={setWide}
      />
      <Table variant="compact" className="cr-plain-table" aria-label={definition}>
        <Thead>
          <Tr>
            {columns.map((column, place) => (
              <Th
                key={column.id}
                {...(column.description ? { title: column.description } : {})}
                translate="no"
                modifier="nowrap"
                sort={sorting(columns, place, sort, setSort)}
              >
                {column.name}
              </Th>
            ))}
            {!unlabelled && <Th>{t("detail.labels")}</Th>}
          </Tr>
        </Thead>
        <Tbody>
          {rows.slice(0, drawn).map((item) => (
            <Tr key={`${item.namespace}/${item.name}`}>
              {columns.map((column) => (
                <Td key={column.id} dataLabel={column.name}>
                  <ObjectCell
                    column={column}
                    item={item}
                    href={clusterObject(cluster, definition, item.namespace || "-", item.name)}
                  />
                </Td>
              ))}
              {!unlabelled && (
                <Td dataLabel={t("detail.labels")}>
                  <Cell column={LABELS} value={item.labels} />
                </Td>
              )}
            </Tr>
          ))}
        </Tbody>
      </Table>
      {rows.length === 0 && <p className="cr-muted">{t("custom.none")}</p>}
      <CustomRest
        query={query}
        among={all ? items.length : null}
        still={still}
        drawn={drawn}
        rows={rows.length}
        onDraw={setDrawn}
      />
    </>
  );
}

function columnsOf(
  t: TFunction,
  namespaced: boolean,
  printed: readonly CustomColumn[],
): readonly CustomColumn[] {
  const own = (id: string, name: string, type: string, textOf: CustomColumn["textOf"]) => ({
    id,
    name,
    type,
    description: "",
    textOf,
  });
  return [
    own(NAME, t("custom.name"), "string", ({ name }) => name),
    ...(namespaced
      ? [own("namespace", t("scope.namespace"), "string", ({ namespace }) => namespace)]
      : []),
    ...printed,
    own(CREATED, t("detail.created"), "date", ({ created }) =>
      created === null ? "" : new Date(created * 1000).toISOString(),
    ),
  ];
}

function sorting(
  columns: readonly CustomColumn[],
  place: number,
  sort: CustomSort | null,
  onSort: (sort: CustomSort) => void,
) {
  const index = columns.findIndex(({ id }) => id === sort?.id);
  return {
    sortBy: index < 0 ? {} : ({ index, direction: sort?.descending ? "desc" : "asc" } as const),
    onSort: (_event: unknown, _index: number, direction: "asc" | "desc") =>
      onSort({ id: columns[place]?.id ?? NAME, descending: direction === "desc" }),
    columnIndex: place,
  };
}

function ObjectCell({ column, item, href }: { column: CustomColumn; item: Custom; href: string }) {
  const text = column.textOf(item);
  if (column.id === NAME)
    return (
      <>
        <AppLink href={href}>
          <span translate="no">{text}</span>
        </AppLink>{" "}
        {item.deleting !== null && <Status word="Terminating" />}
      </>
    );
  return <PrintedCell column={column} text={text} />;
}

/** What the kind prints: states as states everywhere, moments as ages. */
function PrintedCell({ column, text }: { column: CustomColumn; text: string }) {
  if (isNothing(text)) return <span className="cr-none">–</span>;
  const at = column.type === "date" ? momentOf(text) : null;
  // What Go writes for no time at all is the year 1.
  if (at !== null) return at > 0 ? <Age at={at} /> : <span className="cr-none">–</span>;
  if (/^(status|state|phase|ready)$/i.test(column.name)) return <Status word={text} />;
  return <span translate="no">{column.type === "string" ? readableQuantity(text) : text}</span>;
}

const LABELS = {
  id: "labels",
  label: "labels",
  type: "labels",
  sortable: false,
  filterable: false,
  searched: false,
  facet: false,
  default: true,
  operators: [],
} satisfies ColumnInfo;
