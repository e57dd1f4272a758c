import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  DrawerActions,
  DrawerCloseButton,
  DrawerHead,
  DrawerPanelBody,
  DrawerPanelContent,
} from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../api/http";
import { ApiError } from "../api/problem";
import type { CollectionInfo, Row, RowAnswer } from "../api/types";
import { formatClock } from "../format/time";
import { AppLink } from "../shell/AppLink";
import { Cell } from "./cells/Cell";
import { nameColumn } from "./columns";
import type { Renderers } from "./TableRow";

export interface SidePanelProps {
  info: CollectionInfo;
  rowKey: string;
  /** The row as the table's window has it, if it is inside. */
  live: Row | undefined;
  renderers: Renderers;
  href: ((row: Row) => string | undefined) | undefined;
  extra: ((row: Row) => ReactNode) | undefined;
  /** Columns that `extra` shows in its own way. */
  hidden?: readonly string[] | undefined;
  onClose: () => void;
}

/** The summary of one row beside the table; a deleted row keeps its last state. */
export function SidePanel(props: SidePanelProps) {
  const { info, rowKey, live, onClose } = props;
  const { t } = useTranslation();
  const { row, deletedAt, missing } = useRow(info.name, rowKey, live);
  const name = nameColumn(info);
  const title = row && name ? String(row[name.id] ?? row.key) : rowKey;
  const href = row && props.href?.(row);
  return (
    <DrawerPanelContent
      className="cr-panel"
      defaultSize="420px"
      minSize="320px"
      isResizable
      aria-label={t("panel.of", { name: title })}
      resizeAriaLabel={t("panel.resize")}
    >
      <DrawerHead>
        <h2 className="cr-panel-title" translate="no">
          {href ? <AppLink href={href}>{title}</AppLink> : title}
        </h2>
        {deletedAt !== null && (
          <p className="cr-deleted" role="status">
            {t("panel.deleted", { at: formatClock(deletedAt) })}
          </p>
        )}
        <DrawerActions>
          <DrawerCloseButton onClick={onClose} aria-label={t("panel.close")} />
        </DrawerActions>
      </DrawerHead>
      <DrawerPanelBody>
        {missing && <p>{t("panel.missing")}</p>}
        {row && props.extra?.(row)}
        {row && (
          <RowFacts info={info} row={row} renderers={props.renderers} hidden={props.hidden} />
        )}
        {href && (
          <p className="cr-panel-more">
            <AppLink href={href}>{t("panel.open")}</AppLink>
          </p>
        )}
      </DrawerPanelBody>
    </DrawerPanelContent>
  );
}

/** Every value the row has, by its column's type. */
export function RowFacts({
  info,
  row,
  renderers = {},
  hidden = [],
}: {
  info: CollectionInfo;
  row: Row;
  renderers?: Renderers;
  hidden?: readonly string[] | undefined;
}) {
  const name = nameColumn(info);
  const columns = info.columns.filter(
    (column) => column !== name && !hidden.includes(column.id) && isPresent(row[column.id]),
  );
  return (
    <DescriptionList isHorizontal isCompact className="cr-facts" isFluid>
      {columns.map((column) => (
        <DescriptionListGroup key={column.id}>
          <DescriptionListTerm>
            <span translate="no">{column.label}</span>
          </DescriptionListTerm>
          <DescriptionListDescription>
            {renderers[column.id]?.(row) ?? <Cell column={column} value={row[column.id]} all />}
          </DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}

function isPresent(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return false;
  return !(typeof value === "object" && Object.keys(value).length === 0);
}

interface PanelRow {
  row: Row | undefined;
  deletedAt: number | null;
  missing: boolean;
}

/** The row from the live window, else asked for by key; its last state once it is gone. */
function useRow(collection: string, key: string, live: Row | undefined): PanelRow {
  const last = useRef<Row | undefined>(undefined);
  if (last.current?.key !== key) last.current = undefined;
  if (live) last.current = live;
  const absent = live === undefined;
  const [wasLive, setWasLive] = useState(!absent);
  useEffect(() => {
    if (!absent) setWasLive(true);
  }, [absent]);
  const asked = useQuery({
    queryKey: ["row", collection, key, wasLive && absent],
    queryFn: ({ signal }) =>
      request<RowAnswer>(
        `collections/${collection}/${key.split("/").map(encodeURIComponent).join("/")}`,
        { signal },
      ),
    enabled: absent,
    retry: false,
    refetchInterval: (query) => (query.state.error ? false : 5_000),
  });
  if (asked.data && absent) last.current = asked.data.row;
  const notFound = asked.error instanceof ApiError && asked.error.status === 404;
  const row = live ?? last.current;
  const deletedAt = absent && notFound && row ? asked.errorUpdatedAt / 1000 : null;
  return { row, deletedAt, missing: notFound && !row };
}
