import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "../api/generated/types.gen";
import { Section } from "../detail/Section";
import { Age } from "../format/Age";
import { toUnix } from "../format/time";
import { EMPTY_QUERY } from "../live/query";
import { useLiveView } from "../live/react";
import { AppLink } from "../shell/AppLink";
import { ToneIcon } from "../status/Status";
import { toneOf } from "../status/tone";
import { hrefOfEvent } from "./events";

export interface RecentEventsProps {
  cluster: string;
  namespace: string | undefined;
  /** The object and what belongs to it: its replica sets, its pods. */
  names: readonly string[];
  /** Their kinds: others may bear the same names. */
  kinds: readonly string[];
  /** The API groups of these kinds, where other groups have kinds that are called alike. */
  groups?: readonly string[];
  most?: number;
}

/** The filters that single out what happened to some objects of one place. */
export function eventFilters({
  cluster,
  namespace,
  names,
  kinds,
  groups,
}: Omit<RecentEventsProps, "most">): string[] {
  return [
    `cluster=${JSON.stringify(cluster)}`,
    ...(namespace ? [`namespace=${JSON.stringify(namespace)}`] : []),
    oneOf("object_kind", kinds),
    // Who reports may leave the group out.
    ...(groups ? [oneOf("object_group", [...groups, ""])] : []),
    oneOf("object_name", names),
  ];
}

function oneOf(column: string, values: readonly string[]): string {
  return `${column} in (${values.map((value) => JSON.stringify(value)).join(",")})`;
}

/** The newest events of an object and of what belongs to it, live; nothing when there are none. */
export function RecentEvents(props: RecentEventsProps) {
  const { t } = useTranslation();
  const signature = JSON.stringify(eventFilters(props));
  const query = useMemo(
    () => ({ ...EMPTY_QUERY, filter: JSON.parse(signature) as string[], sort: ["-last"] }),
    [signature],
  );
  const { view } = useLiveView("events", query, { offset: 0, limit: props.most ?? 6 });
  if (view.rows.length === 0) return null;
  return (
    <Section title={t("detail.recentEvents")}>
      <ul className="cr-list cr-recent-events">
        {view.rows.map((row) => (
          <RecentEvent key={row.key} row={row} own={props.names[0]} />
        ))}
      </ul>
    </Section>
  );
}

/** What of the object's own it was: its pod, its replica set. */
function EventObject({ row, name }: { row: Row; name: string }) {
  const href = hrefOfEvent(row);
  if (!href) return <span className="cr-muted">{name} </span>;
  return (
    <>
      <AppLink href={href}>{name}</AppLink>{" "}
    </>
  );
}

function RecentEvent({ row, own }: { row: Row; own: string | undefined }) {
  const at = toUnix(row.last);
  const name = String(row.object_name ?? "");
  return (
    <li className="cr-recent-event">
      <ToneIcon tone={toneOf(String(row.severity ?? ""))} />
      <span className="cr-recent-event-words" translate="no">
        <strong>{String(row.reason ?? "")}</strong>{" "}
        {name !== own && <EventObject row={row} name={name} />}
        {String(row.message ?? "")}
      </span>
      {at !== null && (
        <span className="cr-muted">
          <Age at={at} />
        </span>
      )}
    </li>
  );
}
