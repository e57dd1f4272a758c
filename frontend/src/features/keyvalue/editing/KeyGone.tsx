import "../../../i18n/keys";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readKeyHistory } from "../../../api/generated/sdk.gen";
import { type Crumb, Crumbs } from "../../../detail/DetailPage";
import { DetailPending } from "../../../detail/DetailStates";
import type { Detail } from "../../../detail/useDetail";
import { mayUse, useSession } from "../../../session/session";
import { PageHeader } from "../../../shell/PageHeader";
import { useTitle } from "../../../shell/title";
import { SkeletonLines } from "../../../states/Skeletons";
import { KeyPast } from "./KeyPast";

export interface KeyGoneProps {
  etcd: string;
  path: string;
  crumbs: readonly Crumb[];
  /** The read that found no key. */
  detail: Detail<unknown>;
}

/** A key that is not there: what it held before it went, or that nothing tells of one. */
export function KeyGone({ etcd, path, crumbs, detail }: KeyGoneProps) {
  const { t } = useTranslation();
  const session = useSession();
  const restores = mayUse(session, "key", "update") && mayUse(session, "key", "create");
  useTitle(path);
  const { data, error } = useQuery({
    queryKey: ["key-gone", etcd, path],
    queryFn: async ({ signal }) =>
      (await readKeyHistory({ path: { name: etcd }, query: { key: path, limit: 1 }, signal })).data,
    retry: false,
  });
  if (error) return <DetailPending detail={detail} crumbs={crumbs} what={path} />;
  return (
    <section className="cr-page cr-detail">
      <Crumbs crumbs={crumbs} />
      <PageHeader
        title={<span translate="no">{path}</span>}
        sentence={data ? t("keys.gone.sentence") : ""}
      />
      {data ? (
        <KeyPast etcd={etcd} path={path} news={null} restores={restores} />
      ) : (
        <SkeletonLines lines={4} />
      )}
    </section>
  );
}
