import { useTranslation } from "react-i18next";
import type { RuleImpact, RuleView } from "../../api/generated/types.gen";
import { Notice } from "../../states/Notice";

const WORDS = {
  "second-factor": {
    nobody: "rules.factor.nobody",
    concerns: "rules.factor.concerns",
    signedIn: "rules.factor.signedIn",
  },
  "break-glass-only": {
    nobody: "rules.only.nobody",
    concerns: "rules.only.concerns",
    signedIn: "rules.only.signedIn",
  },
} as const;

interface RuleConcernsProps {
  rule: RuleView["name"];
  impact: RuleImpact;
}

/** Whom a rule concerns, before it is switched on, and why it cannot be yet. */
export function RuleConcerns({ rule, impact }: RuleConcernsProps) {
  const { t } = useTranslation();
  const { people, signed_in, logins, against = [] } = impact;
  const words = WORDS[rule];
  const more = people - (logins?.length ?? people);
  return (
    <>
      {against.length > 0 && (
        <Notice tone="danger" title={t("rules.against")}>
          {against.map((why) => (
            <p key={why} translate="no">
              {why}
            </p>
          ))}
        </Notice>
      )}
      {people === 0 ? (
        <Notice tone="info" plain title={t(words.nobody)} />
      ) : (
        <Notice tone="warning" title={t(words.concerns, { count: people })}>
          {logins && (
            <p>
              <span translate="no">{logins.join(", ")}</span>
              {more > 0 && ` ${t("rules.more", { count: more })}`}
            </p>
          )}
        </Notice>
      )}
      {signed_in > 0 && <p>{t(words.signedIn, { count: signed_in })}</p>}
    </>
  );
}
