import "../../../i18n/keys";
import "../../../styles/keys.css";
import { Button } from "@patternfly/react-core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useStart } from "../../../actions/ActionHost";
import { readKeyHistory } from "../../../api/generated/sdk.gen";
import type { HeldRevision, KeyHistory } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { Age } from "../../../format/Age";
import { formatBytes } from "../../../format/numbers";
import { SkeletonLines } from "../../../states/Skeletons";
import { Failed } from "../../../states/States";
import { restoring, reviving } from "./actions";
import { GoneFacts } from "./GoneFacts";
import { KeyCompared } from "./KeyCompared";
import { keyed } from "./keyed";

export interface KeyPastProps {
  etcd: string;
  path: string;
  /** Another one after a change. */
  news: unknown;
  /** Whether a revision can be put back. */
  restores: boolean;
}

/** What a key held before, as far as etcd still holds it: compared, and put back. */
export function KeyPast({ etcd, path, news, restores }: KeyPastProps) {
  const { t } = useTranslation();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["key-history", etcd, path, news],
    queryFn: async ({ pageParam, signal }) => {
      const query = { key: path, before: pageParam };
      return (await readKeyHistory({ path: { name: etcd }, query, signal })).data;
    },
    initialPageParam: 0,
    getNextPageParam: ({ next }: KeyHistory) => next ?? undefined,
    retry: false,
  });
  if (error && !data) return <Failed problem={toProblem(error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const items = data.pages.flatMap((page) => page.items);
  const last = data.pages.at(-1);
  const gone = data.pages[0]?.gone;
  return (
    <div className="cr-key-past">
      {gone && <GoneFacts etcd={etcd} path={path} gone={gone} last={items[0]} />}
      {items.length > 0 && (
        <Revisions items={items} etcd={etcd} path={path} restores={restores} gone={!!gone} />
      )}
      {last?.begins && <p className="cr-muted">{t("keys.past.begins")}</p>}
      {last?.compacted && <p className="cr-muted">{t("keys.past.compacted")}</p>}
      {hasNextPage && (
        <div>
          <Button
            variant="link"
            isInline
            isDisabled={isFetching}
            onClick={() => void fetchNextPage()}
          >
            {t("keys.past.more")}
          </Button>
        </div>
      )}
      {items.length > 1 && <KeyCompared etcd={etcd} path={path} items={items} />}
    </div>
  );
}

interface RevisionsProps {
  items: readonly HeldRevision[];
  etcd: string;
  path: string;
  restores: boolean;
  /** None of them is the present one. */
  gone: boolean;
}

function Revisions({ items, etcd, path, restores, gone }: RevisionsProps) {
  const { t } = useTranslation();
  const start = useStart();
  return (
    <table className="cr-plain-table" aria-label={t("keys.past.title")}>
      <thead>
        <tr>
          <th scope="col">{t("keys.past.revision")}</th>
          <th scope="col">{t("keys.past.version")}</th>
          <th scope="col">{t("keys.past.size")}</th>
          <th scope="col">{t("keys.past.lease")}</th>
          <th scope="col">{t("keys.past.seen")}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {items.map(({ revision, version, size, lease, changed }, at) => (
          <tr key={revision}>
            <th scope="row">{revision}</th>
            <td>{version}</td>
            <td>{formatBytes(size)}</td>
            <td className="cr-lease-keys" translate="no">
              {lease || "\u2014"}
            </td>
            <td>{changed === null ? "\u2014" : <Age at={changed} />}</td>
            <td>
              {at === 0 && !gone && t("keys.past.present")}
              {(at > 0 || gone) && restores && (
                <Button
                  variant="link"
                  size="sm"
                  isInline
                  aria-label={t("keys.restore.of", { revision })}
                  onClick={() =>
                    start(gone ? reviving : restoring, { ...keyed(etcd, path), revision }, path)
                  }
                >
                  {t("keys.restore.do")}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
