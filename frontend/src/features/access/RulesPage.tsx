import "../../styles/factors.css";
import "../../i18n/later";
import "../../i18n/profile";
import "../../i18n/rules";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { listSignInRulesOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { RuleView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { PageHeader } from "../../shell/PageHeader";
import { Failed } from "../../states/States";
import { AccessSections } from "./AccessSections";
import { BreakGlass } from "./BreakGlass";
import { SWITCHES } from "./signInRules";

/** What the organisation asks of who signs in to an account of this console. */
export function RulesPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(listSignInRulesOptions());
  return (
    <AccessSections active="sign-in-rules">
      <section className="cr-page cr-scroll-page">
        <PageHeader title={t("access.signInRules")} sentence={t("rules.sentence")} />
        {!data && error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
        {data?.toReversed().map((rule) => (
          <Rule key={rule.name} rule={rule} />
        ))}
        <BreakGlass />
      </section>
    </AccessSections>
  );
}

const WORDS = {
  "second-factor": { title: "rules.factor.title", says: "rules.factor.says" },
  "break-glass-only": { title: "rules.only.title", says: "rules.only.says" },
} as const;

function Rule({ rule }: { rule: RuleView }) {
  const { t } = useTranslation();
  const { enabled, changed, changed_by } = rule;
  const words = WORDS[rule.name];
  const title = t(words.title);
  return (
    <Section title={title} note={t(enabled ? "rules.on" : "rules.off")}>
      <div className="cr-rule">
        <p>{t(words.says)}</p>
        {changed && (
          <Facts
            facts={[
              [t(enabled ? "rules.onSince" : "rules.offSince"), <Age key="s" at={changed} />],
              [t("rules.by"), <Raw key="b">{changed_by}</Raw>],
            ]}
          />
        )}
        <div className="cr-actions">
          <ActionButton
            action={SWITCHES[rule.name][enabled ? "off" : "on"]}
            target={{ rule, impact: null }}
            name={title}
          />
        </div>
      </div>
    </Section>
  );
}
