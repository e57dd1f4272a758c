import { Button } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { listCustomObjects } from "../../api/generated/sdk.gen";
import type { ColumnInfo, PrinterColumn } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Age } from "../../format/Age";
import { readableQuantity } from "../../format/numbers";
import { toUnix } from "../../format/time";
import { clusterObject } from "../../kube/address";
import { AppLink } from "../../shell/AppLink";
import { SkeletonLines } from "../../states/Skeletons";
import { EmptyTable, Failed, NoAccess } from "../../states/States";
import { Status } from "../../status/Status";
import { Cell } from "../../table/cells/Cell";

const EVERY_MS = 15_000;

/** The objects of a custom kind, asked for page by page: nothing watches them. */
export function CustomObjects({ cluster, definition }: { cluster: string; definition: string }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["custom", cluster, definition],
    queryFn: async ({ pageParam, signal }) =>
      (
        await listCustomObjects({
          path: { cluster, definition },
          query: { cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: EVERY_MS,
    retry: false,
  });
  if (query.isPending) return <SkeletonLines lines={6} />;
  if (!query.data) {
    const problem = toProblem(query.error);
    if (problem.status === 403) return <NoAccess what={definition} />;
    return <Failed problem={problem} onRetry={() => void query.refetch()} />;
  }
  const items = query.data.pages.flatMap((page) => page.items);
  const { namespaced = false, columns = [] } = query.data.pages[0] ?? {};
  if (items.length === 0) return <EmptyTable hint={t("custom.empty")} />;
  return (
    <>
      <Table variant="compact" className="cr-plain-table" aria-label={definition}>
        <Thead>
          <Tr>
            <Th>{t("custom.name")}</Th>
            {namespaced && <Th>{t("scope.namespace")}</Th>}
            {columns.map(({ name, description }) => (
              <Th key={name} {...(description ? { title: description } : {})} translate="no">
                {name}
              </Th>
            ))}
            {columns.length === 0 && <Th>{t("detail.labels")}</Th>}
            <Th className="cr-right">{t("detail.created")}</Th>
          </Tr>
        </Thead>
        <Tbody>
          {items.map(({ namespace, name, created, labels, cells }) => (
            <Tr key={`${namespace}/${name}`}>
              <Td dataLabel={t("custom.name")}>
                <AppLink href={clusterObject(cluster, definition, namespace || "-", name)}>
                  <span translate="no">{name}</span>
                </AppLink>
              </Td>
              {namespaced && (
                <Td dataLabel={t("scope.namespace")} translate="no">
                  {namespace}
                </Td>
              )}
              {columns.map((column, place) => (
                <Td key={column.name} dataLabel={column.name}>
                  <PrintedCell column={column} text={cells[place] ?? ""} />
                </Td>
              ))}
              {columns.length === 0 && (
                <Td dataLabel={t("detail.labels")}>
                  <Cell column={LABELS} value={labels} />
                </Td>
              )}
              <Td dataLabel={t("detail.created")} className="cr-right">
                {created === null ? "–" : <Age at={created} />}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {query.hasNextPage && (
        <Button
          variant="link"
          isLoading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("custom.more")}
        </Button>
      )}
    </>
  );
}

/** What the kind prints: states as states everywhere, moments as ages. */
function PrintedCell({ column, text }: { column: PrinterColumn; text: string }) {
  if (text === "" || text === "<none>" || text === "<unknown>")
    return <span className="cr-none">–</span>;
  const at = column.type === "date" ? toUnix(text) : null;
  if (at !== null) return <Age at={at} />;
  if (/^(status|state|phase|ready)$/i.test(column.name)) return <Status word={text} />;
  return <span translate="no">{readableQuantity(text)}</span>;
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
