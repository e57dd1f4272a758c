import { Button } from "@patternfly/react-core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { columnsOf, fieldsOf, wordOf } from "./columns";
import { found, isEvent, isGap, type LogEvent, type LogLine, levelOf } from "./lines";
import type { Log } from "./useLog";

export interface LogLinesProps {
  log: Log;
  /** Only lines with this text, wherever it stands. */
  search: string;
  /** As many lines before and after each are shown too. */
  around: number;
  wrap: boolean;
  times: boolean;
  /** Times of the reader's own zone, not of UTC. */
  local: boolean;
  /** Lines that are JSON stand in columns. */
  columns: boolean;
  /** Lines of more than one container: each says whose it is. */
  several: boolean;
  label: string;
}

const LINE_PX = 20;
/** So near to the end counts as being there. */
const NEAR_PX = 40;

/** The lines: only those in sight are drawn; at the end one stays at the end. */
export function LogLines(props: LogLinesProps) {
  const { log, search, around, wrap, times, local, several, label } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const { shown: items, count } = useMemo(
    () => found(log.items, search, around),
    [log.items, search, around],
  );
  const columns = useColumns(props);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    initialRect: { width: 0, height: 600 },
  });
  const { length } = items;
  useEffect(() => {
    if (atEnd && length > 0) virtual.scrollToIndex(length - 1, { align: "end" });
  }, [atEnd, length, virtual]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current ?? NOTHING;
    setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_PX);
  };
  return (
    <>
      <State log={log} search={search} shown={count} />
      {columns.length > 0 && (
        <p className="cr-logs-line cr-logs-head">
          {columns.map((name) => (
            <span key={name} className="cr-logs-column" translate="no">
              {name}
            </span>
          ))}
        </p>
      )}
      <div
        ref={scroller}
        className="cr-logs-lines"
        data-wrap={wrap || undefined}
        role="log"
        aria-label={label}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        tabIndex={0}
        onScroll={onScroll}
      >
        <div className="cr-logs-whole" style={{ blockSize: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const item = items[index];
            if (!item) return null;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className="cr-logs-item"
                style={{ transform: `translateY(${start}px)` }}
              >
                {isGap(item) ? (
                  <p className="cr-logs-event">{t("logs.between", { count: item.gap })}</p>
                ) : isEvent(item) ? (
                  <EventLine item={item} />
                ) : (
                  <Line {...{ item, search, times, local, several, columns }} />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <Button
          className="cr-logs-newest"
          variant="secondary"
          size="sm"
          onClick={() => setAtEnd(true)}
        >
          {t("logs.newest")}
        </Button>
      )}
    </>
  );
}

const NOTHING = { scrollTop: 0, scrollHeight: 0, clientHeight: 0 };

const NO_COLUMNS: readonly string[] = [];

/** The columns of what came so far; those there are stay while lines come. */
function useColumns({ log, columns }: LogLinesProps): readonly string[] {
  const known = useRef(NO_COLUMNS);
  if (!columns || log.items.length === 0) known.current = NO_COLUMNS;
  else if (known.current.length === 0) known.current = columnsOf(log.items);
  return known.current;
}

interface StateProps {
  log: Log;
  search: string;
  shown: number;
}

/** Whether it goes on, and how many lines there are. */
function State({ log: { state, items, dropped }, search, shown }: StateProps) {
  const { t } = useTranslation();
  return (
    <p className="cr-logs-state cr-muted" role="status">
      {t(`logs.state.${state}`)}
      {" · "}
      {search
        ? t("logs.found", { count: shown, whole: items.length })
        : t("logs.lines", { count: items.length })}
      {dropped > 0 && ` · ${t("logs.dropped", { count: dropped })}`}
    </p>
  );
}

interface LineProps {
  item: LogLine;
  search: string;
  times: boolean;
  local: boolean;
  several: boolean;
  columns: readonly string[];
}

function Line({ item, search, times, local, several, columns }: LineProps) {
  const { pod, container, at, text } = item;
  return (
    <p className="cr-logs-line" data-level={levelOf(text)} translate="no">
      {times && <time dateTime={at}>{local ? localTime(at) : at.slice(11, 23)}</time>}
      {several && <span className="cr-logs-whose">{`${pod} ${container}`}</span>}
      <Words text={text} search={search} columns={columns} />
    </p>
  );
}

function localTime(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at.slice(11, 23);
  return `${time.toTimeString().slice(0, 8)}${at.slice(19, 23)}`;
}

/** The line itself, or the fields of one that is JSON. */
function Words({
  text,
  search,
  columns,
}: Pick<LineProps, "search" | "columns"> & { text: string }) {
  const fields = useMemo(() => (columns.length > 0 ? fieldsOf(text) : null), [columns, text]);
  if (!fields) return <span className="cr-logs-text">{marked(text, search)}</span>;
  return columns.map((name) => (
    <span key={name} className="cr-logs-text cr-logs-column" title={wordOf(fields[name])}>
      {marked(wordOf(fields[name]), search)}
    </span>
  ));
}

/** The text with what is sought in it marked. */
function marked(text: string, search: string) {
  const at = search ? text.toLowerCase().indexOf(search.toLowerCase()) : -1;
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      {text.slice(at + search.length)}
    </>
  );
}

function EventLine({ item: { event, pod, container, text } }: { item: LogEvent }) {
  const { t } = useTranslation();
  return (
    <p className="cr-logs-event" data-event={event}>
      {pod && <span translate="no">{`${pod} ${container}: `}</span>}
      {t(`logs.event.${event}`)}
      {text && <span translate="no">{` ${text}`}</span>}
    </p>
  );
}
