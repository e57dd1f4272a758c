import "../styles/table.css";
import "../styles/detail.css";
import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { Problem } from "../api/problem";
import { AskAccess } from "../asking/AskAccess";
import { formatClock } from "../format/time";
import { PageHeader } from "../shell/PageHeader";
import { useTitle } from "../shell/title";
import { Notice } from "../states/Notice";
import { SkeletonLines } from "../states/Skeletons";
import { Failed, NoAccess, NotFound } from "../states/States";
import { type Crumb, Crumbs } from "./DetailPage";
import type { Detail } from "./useDetail";

/** A detail page before there is anything to show: loading, missing, forbidden or failed. */
export function DetailPending({
  detail,
  crumbs,
  what,
}: {
  detail: Detail<unknown>;
  crumbs: readonly Crumb[];
  what: string;
}) {
  useTitle(what);
  return (
    <section className="cr-page cr-detail">
      <Crumbs crumbs={crumbs} />
      <PageHeader title={<span translate="no">{what}</span>} />
      <ProblemState detail={detail} what={what} />
    </section>
  );
}

/** The state of a part that has no data: skeleton, 404, 403, or failed with retry. */
export function ProblemState({ detail, what }: { detail: Detail<unknown>; what: string }) {
  const { problem } = detail;
  if (!problem) return <SkeletonLines lines={10} />;
  if (problem.status === 404) return <NotFound />;
  if (problem.status === 403)
    return <NoAccess what={what} ask={<AskAccess {...problem.needs} />} />;
  return <Failed problem={problem} onRetry={detail.retry} />;
}

/** Data is on screen but the newest read failed: from when it is, and why. */
export function StaleNotice({ detail }: { detail: Detail<unknown> }) {
  const { t } = useTranslation();
  const { problem, data, readAt } = detail;
  if (!problem || data === undefined || problem.status === 404) return null;
  return (
    <Notice
      tone="warning"
      className="cr-notice"
      title={t("detail.staleSince", { at: formatClock(readAt) })}
      action={
        <Button variant="link" isInline onClick={detail.retry}>
          {t("state.retry")}
        </Button>
      }
    >
      <span translate="no">{reasonOf(problem)}</span>
    </Notice>
  );
}

function reasonOf(problem: Problem): string {
  return problem.detail ?? problem.title;
}
