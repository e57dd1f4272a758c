import "../../i18n/pages";
import "../../i18n/etcd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ValueView } from "../../api/generated/types.gen";
import { type Crumb, DetailPage } from "../../detail/DetailPage";
import { DetailPending, StaleNotice } from "../../detail/DetailStates";
import { Facts, Raw } from "../../detail/Facts";
import { type Detail, useDetail } from "../../detail/useDetail";
import { equals, type LiveRow, useLiveRow } from "../../detail/useLiveRow";
import { Age } from "../../format/Age";
import { formatBytes } from "../../format/numbers";
import { toUnix } from "../../format/time";
import { RelatedTable } from "../../kube/RelatedTable";
import { FreshnessChip } from "../../live/FreshnessChip";
import { useAddress } from "../../pages/useAddress";
import { useSearchOf } from "../../pages/useSearchOf";
import { mayUse, useSession } from "../../session/session";
import { KeyChanges, KeyGone, KeyHistory } from "./editing/Changes";
import { ancestorsOf, folderFilter, keyFilters } from "./folders";
import { RevealableValue } from "./RevealableValue";
import { KEY_SEARCH } from "./search";
import { NotYet } from "./unknown";
import { valueOptions } from "./ValueViewer";

/** The key that the address names. */
export function KeyPage() {
  const { etcd = "" } = useAddress<"etcd">();
  const { key: path = "" } = useSearchOf(KEY_SEARCH);
  return <KeyView etcd={etcd} path={path} />;
}

/** One key: its value made safe to show, and what the store knows of it. */
export function KeyView({ etcd, path }: { etcd: string; path: string }) {
  const filters = useMemo(() => keyFilters(etcd, path), [etcd, path]);
  const live = ofKey(path, useLiveRow("keys", filters));
  // That there is none is told as well: a key that comes later is news.
  const news = live.row ?? (live.pending ? undefined : "none");
  const detail = useDetail(valueOptions(etcd, path), { news });
  const crumbs = useKeyCrumbs(etcd, path);
  if (!detail.data)
    return detail.problem?.status === 404 ? (
      <KeyGone etcd={etcd} path={path} crumbs={crumbs} detail={detail} />
    ) : (
      <DetailPending detail={detail} crumbs={crumbs} what={path} />
    );
  return <LoadedKey value={detail.data} detail={detail} live={live} crumbs={crumbs} />;
}

/** Of a key too long for a filter the live row is that of the first key that begins like it. */
function ofKey(path: string, live: LiveRow): LiveRow {
  if (live.row === undefined || live.row.path === path) return live;
  return { ...live, row: undefined, current: undefined, deletedAt: null };
}

interface LoadedKeyProps {
  value: ValueView;
  detail: Detail<ValueView>;
  live: LiveRow;
  crumbs: readonly Crumb[];
}

function LoadedKey({ value, detail, live, crumbs }: LoadedKeyProps) {
  const { t } = useTranslation();
  const changed = toUnix(live.row?.changed);
  const session = useSession();
  const seesActivity = mayUse(session, "activity");
  const mayRestore = mayUse(session, "key", "update");
  return (
    <DetailPage
      crumbs={crumbs}
      kind="Key"
      name={value.path}
      sentence={t("value.sentence", {
        size: formatBytes(value.size),
        version: value.version,
        revision: value.revision,
      })}
      deletedAt={live.deletedAt ?? detail.goneAt}
      notice={<StaleNotice detail={detail} />}
      meta={
        <>
          <FreshnessChip sources={live.freshness} pending={live.pending} />
          <KeyChanges etcd={value.etcd} path={value.path} news={live.row?.revision} />
        </>
      }
      tabs={[
        {
          id: "value",
          title: t("value.value"),
          fills: true,
          content: () => <RevealableValue value={value} />,
        },
        {
          id: "details",
          title: t("value.details"),
          content: () => (
            <Facts
              facts={[
                [t("value.size"), <Raw key="s">{formatBytes(value.size)}</Raw>],
                [t("value.version"), <Raw key="v">{value.version}</Raw>],
                [t("value.changedRevision"), <Raw key="r">{value.revision}</Raw>],
                [t("value.createdRevision"), <Raw key="c">{value.created_revision}</Raw>],
                [t("value.readRevision"), <Raw key="rr">{value.read_at_revision}</Raw>],
                [
                  t("value.changed"),
                  changed === null ? (
                    <NotYet key="n" what="changed" />
                  ) : (
                    <Age key="a" at={changed} />
                  ),
                ],
                [t("value.lease"), value.lease && <Raw>{value.lease}</Raw>],
                [t("value.ttl"), value.ttl !== null && <Raw>{`${value.ttl} s`}</Raw>],
              ]}
            />
          ),
        },
        {
          id: "history",
          title: t("value.history"),
          fills: true,
          content: () => (
            <KeyHistory
              etcd={value.etcd}
              path={value.path}
              news={live.deletedAt ?? live.row?.revision}
              restores={mayRestore}
            />
          ),
        },
        ...(seesActivity
          ? [
              {
                id: "activity",
                title: t("value.activity"),
                fills: true,
                content: () => (
                  <RelatedTable
                    collection="activity"
                    filters={equals({
                      target: `${value.etcd}:${value.path}`.slice(0, RECORDED),
                      target_kind: "key",
                    })}
                    hidden={NO_TARGET}
                    renderers={{
                      detail: ({ action, detail }) =>
                        action === "key:reveal" ? (
                          t("activity.did.reveal", { kind: "key" })
                        ) : (
                          <Raw>{String(detail || action)}</Raw>
                        ),
                    }}
                    emptyHint={t("value.noActivity")}
                  />
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

/** As much of a name as the record keeps. */
const RECORDED = 512;
const NO_TARGET = ["target", "target_kind"];

/** The way back through the folders the key lies in. */
function useKeyCrumbs(etcd: string, path: string): Crumb[] {
  const { t } = useTranslation();
  const keys = `/key-value/keys?etcd=${encodeURIComponent(etcd)}`;
  const folders = ancestorsOf(path).map((folder) => ({
    title: folder === "/" ? "/" : (folder.split("/").at(-2) ?? folder),
    raw: true,
    href: `${keys}&filter=${encodeURIComponent(folderFilter(folder))}`,
  }));
  return [
    { title: t("nav.keyvalue"), href: "/key-value" },
    { title: etcd, raw: true, href: keys },
    ...folders,
    { title: path.slice(path.lastIndexOf("/") + 1) || path, raw: true },
  ];
}
