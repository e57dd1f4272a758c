import { useTranslation } from "react-i18next";
import type { RuleImpact } from "../../api/generated/types.gen";
import { Notice } from "../../states/Notice";

/** Whom a rule concerns, before it is switched on. */
export function RuleConcerns({ impact }: { impact: RuleImpact }) {
  const { t } = useTranslation();
  const { people, signed_in, logins } = impact;
  if (people === 0) return <Notice tone="info" plain title={t("rules.factor.nobody")} />;
  const more = people - (logins?.length ?? people);
  return (
    <Notice tone="warning" title={t("rules.factor.concerns", { count: people })}>
      {logins && (
        <p>
          <span translate="no">{logins.join(", ")}</span>
          {more > 0 && ` ${t("rules.more", { count: more })}`}
        </p>
      )}
      {signed_in > 0 && <p>{t("rules.factor.signedIn", { count: signed_in })}</p>}
    </Notice>
  );
}
