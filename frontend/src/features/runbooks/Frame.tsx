import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AskAccess } from "../../asking/AskAccess";
import { Crumbs } from "../../detail/DetailPage";
import { Raw } from "../../detail/Facts";
import type { Detail } from "../../detail/useDetail";
import { PageHeader } from "../../shell/PageHeader";
import { stringifySearch } from "../../shell/searchParams";
import { useTitle } from "../../shell/title";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed, NoAccess, NotFound } from "../../states/States";

export interface FrameProps {
  etcd: string;
  title: string;
  sentence?: ReactNode;
  meta?: ReactNode;
  children: ReactNode;
}

/** Where it is and what it is about. */
export function Frame({ etcd, title, sentence, meta, children }: FrameProps) {
  const { t } = useTranslation();
  useTitle(title || t("nav.keyvalue"));
  const home = `/key-value${stringifySearch({ etcd })}`;
  return (
    <section className="cr-page cr-scroll-page cr-runbook">
      <Crumbs
        crumbs={[
          { title: t("nav.keyvalue"), href: "/key-value" },
          { title: etcd, raw: true, href: home },
        ]}
      />
      <PageHeader title={<Raw>{title}</Raw>} sentence={sentence} meta={meta} />
      {children}
    </section>
  );
}

/** Why there is nothing to show yet. */
export function Pending({ detail }: { detail: Detail<unknown> }) {
  const { t } = useTranslation();
  const { problem } = detail;
  if (!problem) return <SkeletonLines lines={8} />;
  if (problem.status === 403)
    return <NoAccess what={t("runbook.maintenance")} ask={<AskAccess {...problem.needs} />} />;
  if (problem.status === 404) return <NotFound />;
  return <Failed problem={problem} onRetry={detail.retry} />;
}
