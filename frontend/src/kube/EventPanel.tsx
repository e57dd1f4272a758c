import "../i18n/pages";
import { useTranslation } from "react-i18next";
import type { Row } from "../api/generated/types.gen";
import { Facts, Raw } from "../detail/Facts";
import { RelatedChip } from "../detail/RelationsStrip";
import { formatClock, formatExact, toUnix } from "../format/time";
import { hrefOfRow } from "../pages/registry";
import { Status } from "../status/Status";

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** One event in full: what was said, of what, how often and since when. */
export function EventPanel({ row }: { row: Row }) {
  const { t } = useTranslation();
  const first = toUnix(row.first);
  const last = toUnix(row.last);
  const stated = toUnix(row.stated);
  const count = Number(row.count ?? 1);
  return (
    <div className="cr-event">
      <p className="cr-event-message" translate="no">
        {text(row.message)}
      </p>
      <Facts
        facts={[
          [t("events.severity"), <Status key="s" word={text(row.severity)} />],
          [
            t("events.type"),
            row.severity === "unknown" && text(row.type) && <Raw>{text(row.type)}</Raw>,
          ],
          [
            t("events.object"),
            text(row.object_name) && (
              <RelatedChip
                related={{
                  kind: text(row.object_kind),
                  name: text(row.object_name),
                  href: hrefOfRow("events", row),
                }}
              />
            ),
          ],
          [t("scope.namespace"), text(row.namespace) && <Raw>{text(row.namespace)}</Raw>],
          [
            t("events.seen"),
            first !== null && last !== null && (
              <span title={`${formatExact(first)} – ${formatExact(last)}`}>
                {count > 1
                  ? t("events.seenTimes", {
                      count,
                      first: formatClock(first),
                      last: formatClock(last),
                    })
                  : formatExact(last)}
              </span>
            ),
          ],
          [t("events.stated"), stated !== null && formatExact(stated)],
          [t("events.reporter"), text(row.reporter) && <Raw>{text(row.reporter)}</Raw>],
          [
            t("events.system"),
            <Raw key="sys">{[text(row.source), text(row.origin)].filter(Boolean).join(" / ")}</Raw>,
          ],
        ]}
      />
    </div>
  );
}

/** What the panel says itself and the list of all values need not repeat. */
export const EVENT_PANEL_COLUMNS: readonly string[] = [
  "last",
  "severity",
  "type",
  "stated",
  "object_kind",
  "object_group",
  "object_name",
  "namespace",
  "message",
  "count",
  "first",
  "source",
  "reporter",
  "origin",
];
