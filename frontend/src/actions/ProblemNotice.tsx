import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../api/problem";
import { mayUse, useSession } from "../session/session";
import { AppLink } from "../shell/AppLink";
import { Notice } from "../states/Notice";
import { WhoGrants } from "../states/WhoGrants";

const AskHere = lazy(async () => ({ default: (await import("../asking/AskHere")).AskHere }));

const OWNERS = `/access/bindings?filter=${encodeURIComponent("role=owner")}`;

/**
 * Why a change was not made, and what to do: which right is missing and who can grant it (403),
 * the page that leads out of it, or that what was typed is kept for another try. What is about single fields stands at them.
 */
export function ProblemNotice({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  const session = useSession();
  const { kind, verb, upstream } = problem.needs ?? {};
  const again = [0, 409, 429, 502, 503, 504].includes(problem.status);
  return (
    <Notice
      tone="danger"
      live
      title={<span translate="no">{problem.detail || problem.title}</span>}
      data-status={problem.status}
    >
      {problem.status === 403 && kind && verb && (
        <>
          <p>
            {t("action.missing", { kind, verb })}{" "}
            {mayUse(session, "binding") ? (
              <AppLink href={OWNERS}>{t("action.whoGrants")}</AppLink>
            ) : (
              <WhoGrants />
            )}
          </p>
          {!upstream && (
            <Suspense fallback={null}>
              <AskHere {...problem.needs} />
            </Suspense>
          )}
        </>
      )}
      {problem.guide && (
        <p>
          <AppLink href={problem.guide}>{t("overview.guide")}</AppLink>
        </p>
      )}
      {again && <p>{t("action.kept")}</p>}
    </Notice>
  );
}
