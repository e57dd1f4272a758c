import { useTranslation } from "react-i18next";
import type { ProblemView } from "../../api/generated/types.gen";
import { KindBadge } from "../../detail/KindBadge";
import { mayUse, useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { SEVERITY_TONES, ToneIcon } from "../../status/Status";
import { ProblemSince } from "./ProblemSince";

/** One thing that is wrong: what, why, what it affects, since when. */
export function ProblemLine({ problem }: { problem: ProblemView }) {
  const { t } = useTranslation();
  const session = useSession();
  const { severity, kind, name, namespace, cluster, reason, affects, link, guide } = problem;
  const where = [cluster, namespace].filter(Boolean).join("/");
  return (
    <div className="cr-line">
      <ToneIcon tone={SEVERITY_TONES[severity]} />
      <span className="cr-line-what">
        <KindBadge kind={kind} />
        <AppLink href={link} title={[where, name].filter(Boolean).join("/")}>
          {where && <span translate="no">{where}/</span>}
          <span translate="no">{name}</span>
        </AppLink>
      </span>
      <span className="cr-line-why" translate="no" title={reason}>
        {reason}
      </span>
      <span className="cr-muted cr-line-affects" translate="no" title={affects}>
        {affects}
      </span>
      <span className="cr-line-end">
        {guide && mayUse(session, "etcdmember", "maintain") && (
          <AppLink href={guide} title={reason}>
            {t("overview.guide")}
          </AppLink>
        )}{" "}
        <ProblemSince {...problem} />
      </span>
    </div>
  );
}
