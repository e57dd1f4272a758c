import { Label } from "@patternfly/react-core";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { readObjectOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { Detail as ObjectDetail, Row } from "../../api/generated/types.gen";
import { DetailPage } from "../../detail/DetailPage";
import { DetailPending, StaleNotice } from "../../detail/DetailStates";
import { RelationsStrip } from "../../detail/RelationsStrip";
import { type DetailOptions, useDetail } from "../../detail/useDetail";
import { type LiveRow, useLiveRow } from "../../detail/useLiveRow";
import { isDigest, useImageLinks, useTagLinks } from "../../kube/imageLinks";
import { MachineCapacity } from "../../kube/MachineCapacity";
import { collectionOf, type ObjectPath, rowFilters } from "../../kube/objectRow";
import { Operate } from "../../kube/operate/Operate";
import { FreshnessChip } from "../../live/FreshnessChip";
import { part, usePart } from "../../overlay/part";
import { useAddress } from "../../pages/useAddress";
import { toneOfRow } from "../../status/Status";
import { type Tone, toneOf } from "../../status/tone";
import { crumbsOf } from "./crumbs";
import { Rail } from "./Rail";
import { stripOf } from "./relations";
import { StateSentence } from "./StateSentence";
import { hasUsage, Usage } from "./usage/Usage";
import { type Followed, useFollowed } from "./useFollowed";
import { useObjectTabs } from "./useObjectTabs";

/** An object of whose changes nothing tells is read again this often. */
const POLL_MS = 10_000;
/** The watch of a kind tells of all its objects, most often of another than this one. */
const KIND_SETTLES_MS = 7_000;

/** The object that the address names. */
export function ObjectPage() {
  const { cluster = "", kind = "", namespace = "-", name = "" } = useAddress<keyof ObjectPath>();
  return <ObjectView path={{ cluster, kind, namespace, name }} />;
}

/** One object of a cluster, whatever its kind; machines are nodes seen from here. */
export function ObjectView({ path }: { path: ObjectPath }) {
  const { t } = useTranslation();
  const live = useObjectRow(path);
  const { cluster, kind, namespace } = path;
  const definition = kind.includes(".") ? kind : null;
  const followed = useFollowed(cluster, definition, namespace === "-" ? "" : namespace);
  const detail = useDetail(readObjectOptions({ path }), newsOf(live, followed));
  const crumbs = crumbsOf(path, t);
  if (!detail.data) return <DetailPending detail={detail} crumbs={crumbs} what={path.name} />;
  return (
    <Loaded
      path={path}
      object={detail.data}
      live={live}
      deletedAt={live.deletedAt ?? detail.goneAt}
      notice={<StaleNotice detail={detail} />}
    />
  );
}

/** What tells that the object is another: its row, the watch of its kind, or else only time. */
function newsOf(live: ObjectRow, followed: Followed): DetailOptions {
  if (live.known) return { news: toldBy(live.row) };
  if (!followed.live) return { every: POLL_MS };
  return { news: followed.revision, settle: KIND_SETTLES_MS };
}

/** What of a row tells that the object is another: not what was measured of it. */
const toldBy = (row: Row | undefined) =>
  row && JSON.stringify({ ...row, cpu_used: undefined, memory_used: undefined });

interface ObjectRow extends LiveRow {
  /** The object's kind has a live collection. */
  known: boolean;
}

function useObjectRow(path: ObjectPath): ObjectRow {
  const collection = collectionOf(path.kind);
  const { cluster, kind, namespace, name } = path;
  const filters = useMemo(
    () => rowFilters({ cluster, kind, namespace, name }),
    [cluster, kind, namespace, name],
  );
  const live = useLiveRow(collection, filters);
  return { ...live, known: collection !== null && live.row !== undefined };
}

interface LoadedProps {
  path: ObjectPath;
  object: ObjectDetail;
  live: ObjectRow;
  deletedAt: number | null;
  notice: ReactNode;
}

function Loaded({ path, object, live, deletedAt, notice }: LoadedProps) {
  const { t } = useTranslation();
  const byDigest = useImageLinks(object.containers.map(({ digest }) => digest));
  const unknown = object.containers.filter(({ digest }) => !isDigest(digest));
  const byTag = useTagLinks(unknown.map(({ image }) => image));
  const imagePages = new Map([...byTag, ...byDigest]);
  const { owners, leadsTo } = stripOf(object, imagePages);
  const status = textOf(live.current, "status") || object.status;
  const tabs = useObjectTabs({
    path,
    object,
    imagePages,
    news: toldBy(live.row),
    above: (
      <>
        {aboveOf(path, live.row)}
        {deletedAt === null && hasUsage(path) && <Usage path={path} />}
      </>
    ),
  });
  return (
    <DetailPage
      crumbs={crumbsOf(path, t)}
      kind={object.kind}
      name={object.name}
      status={status}
      tone={live.current ? toneOfRow(status, live.current) : toneOfObject(status, object.healthy)}
      sentence={<StateSentence object={object} row={live.current} />}
      deletedAt={deletedAt}
      notice={notice}
      meta={
        <>
          {deletedAt === null && (
            <Operate
              key={Object.values(path).join("/")}
              path={path}
              news={newsForActions(live.current)}
            />
          )}
          {object.simulated && (
            <Label isCompact variant="outline" title={t("detail.simulatedHint")}>
              {t("detail.simulated")}
            </Label>
          )}
          {live.freshness.length > 0 && (
            <FreshnessChip sources={live.freshness} pending={live.pending} />
          )}
        </>
      }
      strip={<RelationsStrip owners={owners} leadsTo={leadsTo} />}
      rail={<Rail detail={object} />}
      tabs={tabs}
    />
  );
}

const inside = part(async () => (await import("./NamespaceSummary")).NamespaceSummary);

/** What a namespace holds; no other kind's page needs its code. */
function Inside(props: { cluster: string; namespace: string }) {
  const Summary = usePart(inside, true);
  return Summary && <Summary {...props} />;
}

/** What of a row tells that other actions may make sense: not every beat of its pods. */
const newsForActions = (row: Row | undefined) => [row?.status, row?.desired].join(" ");

/** What a kind shows before everything else: a machine its capacity, a namespace what it holds. */
function aboveOf({ kind, cluster, name }: ObjectPath, row: Row | undefined): ReactNode {
  if (kind === "nodes" && row) return <MachineCapacity row={row} />;
  if (kind === "namespaces") return <Inside cluster={cluster} namespace={name} />;
  return null;
}

/** A pod that is Running and not ready is not fine, whatever its word says. */
function toneOfObject(status: string, healthy: unknown): Tone | undefined {
  return healthy === false && toneOf(status) !== "bad" ? "warn" : undefined;
}

function textOf(row: Row | undefined, column: string): string {
  const value = row?.[column];
  return typeof value === "string" ? value : "";
}
