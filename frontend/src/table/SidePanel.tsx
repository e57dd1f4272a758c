import { Button } from "@patternfly/react-core";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, Row } from "../api/generated/types.gen";
import { CopyButton } from "../format/CopyButton";
import { formatClock } from "../format/time";
import { AppLink } from "../shell/AppLink";
import { Failed } from "../states/States";
import { RowStatus } from "../status/Status";
import { nameColumn, statusColumn } from "./columns";
import { RowFacts } from "./RowFacts";
import type { Renderers } from "./TableRow";
import { usePanelRow } from "./usePanelRow";

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
  /** The panel is all there is to see: narrow windows. It takes the focus, too. */
  covers: boolean;
  onClose: () => void;
}

/**
 * The summary of one row, over the right of the page from 1200 px and over all of it below; a
 * deleted row keeps its last state. The table behind it keeps its widths.
 */
export function SidePanel(props: SidePanelProps) {
  const { info, rowKey, live, onClose, covers } = props;
  const { t } = useTranslation();
  const { row, deletedAt, missing, problem, retry } = usePanelRow(info.name, rowKey, live);
  const name = nameColumn(info);
  const title = row && name ? String(row[name.id] ?? row.key) : rowKey;
  const href = row && props.href?.(row);
  const hidden = [...(props.hidden ?? []), statusColumn(info)?.id ?? ""];
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (covers) close.current?.focus();
  }, [covers]);
  return (
    <aside
      className={covers ? "cr-panel cr-panel-covers" : "cr-panel"}
      aria-label={t("panel.of", { name: title })}
    >
      <header className="cr-panel-head">
        <h2 className="cr-panel-title" translate="no">
          {href ? <AppLink href={href}>{title}</AppLink> : title}
        </h2>
        <CopyButton text={title} />
        <Button
          ref={close}
          variant="plain"
          size="sm"
          className="cr-panel-close"
          icon={<TimesIcon />}
          aria-label={t("panel.close")}
          title={t("panel.close")}
          onClick={onClose}
        />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll container */}
      <div className="cr-panel-body" tabIndex={0} role="group" aria-label={title}>
        {deletedAt !== null && (
          <p className="cr-deleted" role="status">
            {t("panel.deleted", { at: formatClock(deletedAt) })}
          </p>
        )}
        {problem && <Failed problem={problem} onRetry={retry} />}
        {missing && <p>{t("panel.missing")}</p>}
        {row && <PanelStatus info={info} row={row} />}
        {row && props.extra?.(row)}
        {row && <RowFacts info={info} row={row} renderers={props.renderers} hidden={hidden} />}
        {href && (
          <p className="cr-panel-more">
            <AppLink href={href}>{t("panel.open")}</AppLink>{" "}
            {!covers && <kbd translate="no">Enter</kbd>}
          </p>
        )}
      </div>
    </aside>
  );
}

/** The row's state in words, before everything else. */
function PanelStatus({ info, row }: { info: CollectionInfo; row: Row }) {
  const column = statusColumn(info);
  const word = column && row[column.id];
  if (!word) return null;
  return (
    <p className="cr-panel-status">
      <RowStatus word={String(word)} row={row} />
    </p>
  );
}
