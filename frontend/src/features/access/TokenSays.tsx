import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { RuleVerdict, TokenTested } from "../../api/generated/types.gen";
import { CodeView } from "../../detail/CodeView";
import { Facts, Raw } from "../../detail/Facts";
import { formatExact } from "../../format/time";
import { Notice } from "../../states/Notice";

/** What a workload's token says, and what each rule says to that. */
export function TokenSays({ said }: { said: TokenTested }) {
  const { t } = useTranslation();
  const { problem, rules, claims, signed, subject, issuer, algorithm, key, expires } = said;
  if (problem)
    return (
      <Notice tone="danger" live title={t("trust.test.none")}>
        <Raw>{problem}</Raw>
      </Notice>
    );
  const matching = rules.filter(({ matches }) => matches);
  return (
    <div className="cr-stack">
      {matching.map(({ id, name }) => (
        <Notice key={id} tone="success" live title={t("trust.test.matches", { rule: name })} />
      ))}
      {matching.length === 0 && <Why rules={rules} />}
      <Facts
        facts={[
          [t("trust.test.subject"), <Raw key="s">{subject}</Raw>],
          [t("trust.issuer"), <Raw key="i">{issuer}</Raw>],
          [t("trust.test.signed"), t(signed ? "trust.test.right" : "trust.test.wrong")],
          [t("trust.test.key"), <Raw key="k">{`${key} (${algorithm})`}</Raw>],
          [t("trust.test.expires"), expires === null ? null : formatExact(expires)],
        ]}
      />
      <h2>
        <strong>{t("trust.test.claims")}</strong>
      </h2>
      <CodeView
        text={JSON.stringify(claims, null, 2)}
        language="json"
        label={t("trust.test.claims")}
      />
    </div>
  );
}

function Why({ rules }: { rules: readonly RuleVerdict[] }) {
  const { t } = useTranslation();
  const title = t(rules.length === 0 ? "trust.test.noRules" : "trust.test.nothing");
  return (
    <Notice tone="warning" live title={title}>
      <List isPlain>
        {rules.map(({ id, name, against }) => (
          <ListItem key={id}>
            <Raw>{`${name}: ${against.join("; ")}`}</Raw>
          </ListItem>
        ))}
      </List>
    </Notice>
  );
}
