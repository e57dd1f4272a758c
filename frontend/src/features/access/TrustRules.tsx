import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { listTrustRulesOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { TrustRuleView } from "../../api/generated/types.gen";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { UnreadPart } from "../../detail/UnreadPart";
import { Age } from "../../format/Age";
import { CopyButton } from "../../format/CopyButton";
import { type Account, addRule, changeRule, removeRule, testToken } from "./trust";

/** Which workloads of other systems may be the service account, and how to find out why not. */
export function TrustRules({ account }: { account: Account }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(
    listTrustRulesOptions({ path: { account_id: account.key } }),
  );
  if (!data) return <UnreadPart title={t("trust.title")} error={error} refetch={refetch} />;
  const command = `craton login ${window.location.origin} --workload`;
  return (
    <Section title={t("trust.title")} note={t("trust.note")}>
      {data.length === 0 && <p className="cr-muted">{t("trust.empty")}</p>}
      {data.length > 0 && <Rules account={account} rules={data} />}
      {data.length > 0 && (
        <p className="cr-muted">
          {t("trust.how", { command })} <CopyButton text={command} />
        </p>
      )}
      <div className="cr-actions">
        <ActionButton action={addRule} target={account} name={account.name} />
        {data.length > 0 && (
          <ActionButton action={testToken} target={account} name={account.name} />
        )}
      </div>
    </Section>
  );
}

/** One below the other: a panel is too narrow for a table of addresses. */
function Rules({ account, rules }: { account: Account; rules: readonly TrustRuleView[] }) {
  return (
    <div className="cr-stack">
      {rules.map((rule) => (
        <Rule key={rule.id} account={account} rule={rule} />
      ))}
    </div>
  );
}

function Rule({ account, rule }: { account: Account; rule: TrustRuleView }) {
  const { t } = useTranslation();
  const { name, issuer, cluster, audience, conditions, seconds, tokens, last_used } = rule;
  const target = { account, rule };
  const minutes = t("trust.lives", { count: Math.max(1, Math.round(seconds / 60)) });
  return (
    <div data-rule={name}>
      <h3>
        <strong>
          <Raw>{name}</Raw>
        </strong>
      </h3>
      <Facts
        facts={[
          [
            t("trust.issuer"),
            cluster ? t("trust.cluster", { name: cluster }) : <Raw key="i">{issuer}</Raw>,
          ],
          ...conditions.map(({ claim, pattern }): [string, ReactNode] => [
            claim,
            <Raw key={claim}>{pattern}</Raw>,
          ]),
          [t("trust.audience"), <Raw key="a">{audience}</Raw>],
          [
            t("trust.life"),
            tokens > 0 ? `${minutes}, ${t("trust.works", { count: tokens })}` : minutes,
          ],
          [t("trust.used"), last_used === null ? t("trust.never") : <Age key="u" at={last_used} />],
        ]}
      />
      <div className="cr-actions">
        <ActionButton action={changeRule} target={target} name={name} />
        <ActionButton action={removeRule} target={target} name={name} />
      </div>
    </div>
  );
}
