import { useTranslation } from "react-i18next";
import type { ExplanationView, Reason } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { scopeWords } from "../../format/scope";
import { AppLink } from "../../shell/AppLink";
import { Notice } from "../../states/Notice";

/** The answer, and each role that has to do with it: where it comes from and where it reaches. */
export function Explanation({ told }: { told: ExplanationView }) {
  const { t } = useTranslation();
  const { allowed, reasons, elsewhere, lacking, roles, grantors } = told;
  return (
    <div className="cr-stack" data-explanation={allowed}>
      <Notice
        tone={allowed ? "success" : "warning"}
        live
        title={t(allowed ? "access.why.yes" : "access.why.no")}
      >
        {!allowed && (
          <p>
            {t("access.why.roles", { roles: roles.join(", ") })}{" "}
            {grantors.length > 0 && t("state.whoGrants", { names: grantors.join(", ") })}
          </p>
        )}
      </Notice>
      <Reasons title={t("access.why.because")} reasons={reasons} />
      <Reasons title={t("access.why.elsewhere")} reasons={elsewhere} />
      <Reasons title={t("access.why.lacking")} reasons={lacking} />
    </div>
  );
}

function Reasons({ title, reasons }: { title: string; reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <Section title={title}>
      <ul className="cr-list">
        {reasons.map((reason) => (
          <li key={`${reason.binding} ${reason.scope}`}>
            <Line reason={reason} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Line({ reason }: { reason: Reason }) {
  const { t } = useTranslation();
  const { binding, role, scope, through, through_kind, expires } = reason;
  const where = scopeWords(scope, t);
  if (binding === null || role === null || through_kind === null)
    return <span className="cr-muted">{t("access.why.hidden", { where })}</span>;
  return (
    <>
      <AppLink href={`/access/bindings?${new URLSearchParams({ row: binding })}`}>
        <Raw>{role}</Raw>
      </AppLink>{" "}
      <span title={scope}>{where}</span>{" "}
      <span className="cr-muted">
        {through_kind === "user" || through_kind === "service"
          ? t("access.why.direct")
          : `${t(`access.subject.${through_kind}`)} `}
        {(through_kind === "team" || through_kind === "group") && <Raw>{through}</Raw>}
        {expires !== null && (
          <>
            {" "}
            {t("access.until")} <Age at={expires} />
          </>
        )}
      </span>
    </>
  );
}
