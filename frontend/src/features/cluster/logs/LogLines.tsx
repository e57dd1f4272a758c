import { Button } from "@patternfly/react-core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isEvent, type LogEvent, type LogItem, type LogLine, levelOf } from "./lines";
import type { Log } from "./useLog";

export interface LogLinesProps {
  log: Log;
  /** Only lines with this text, wherever it stands. */
  search: string;
  wrap: boolean;
  times: boolean;
  /** Lines of more than one container: each says whose it is. */
  several: boolean;
  label: string;
}

const LINE_PX = 20;
/** So near to the end counts as being there. */
const NEAR_PX = 40;

/** The lines: only those in sight are drawn; at the end one stays at the end. */
export function LogLines({ log, search, wrap, times, several, label }: LogLinesProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const items = useMemo(() => matching(log.items, search), [log.items, search]);
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
      <State log={log} search={search} shown={length} />
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
                {isEvent(item) ? (
                  <EventLine item={item} />
                ) : (
                  <Line item={item} search={search} times={times} several={several} />
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

/** What is told stays, whatever is searched. */
function matching(items: readonly LogItem[], search: string): readonly LogItem[] {
  const sought = search.toLowerCase();
  if (!sought) return items;
  return items.filter((item) => isEvent(item) || item.text.toLowerCase().includes(sought));
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
  several: boolean;
}

function Line({ item: { pod, container, at, text }, search, times, several }: LineProps) {
  return (
    <p className="cr-logs-line" data-level={levelOf(text)} translate="no">
      {times && <time dateTime={at}>{at.slice(11, 23)}</time>}
      {several && <span className="cr-logs-whose">{`${pod} ${container}`}</span>}
      <span className="cr-logs-text">{marked(text, search)}</span>
    </p>
  );
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
