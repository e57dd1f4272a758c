import "../../i18n/signin";
import { List, ListItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toProblem } from "../../api/problem";
import { CodeView } from "../../detail/CodeView";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Notice } from "../../states/Notice";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { type TrialView, trialQuery } from "./providersApi";

/** What a dry-run sign-in found: who, in which groups, with which roles, and what to change. */
export function TrialResult({ name, trial }: { name: string; trial: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(trialQuery(name, trial));
  return (
    <Section title={t("providers.trial.title")}>
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && <TrialFound found={data} />}
    </Section>
  );
}

/** What a trial found, or why it failed. */
export function TrialFound({ found }: { found: TrialView }) {
  const { t } = useTranslation();
  if (!found.failure) return <Found found={found} />;
  return (
    <Notice tone="danger" live title={t("providers.trial.failed")}>
      <Raw>{found.failure}</Raw>
    </Notice>
  );
}

function Found({ found }: { found: TrialView }) {
  const { t } = useTranslation();
  const granted = found.grants.map(
    ({ role, scope, group }) => `${role} (${scope})${group && `: ${group}`}`,
  );
  return (
    <div className="cr-stack">
      <Notice tone="success" title={t("providers.trial.fine")} />
      {found.advice.map((advice) => (
        <Notice key={advice} tone="warning" title={<Raw>{advice}</Raw>} />
      ))}
      <Facts
        facts={[
          [t("login.user"), <Raw key="l">{found.login}</Raw>],
          [t("setup.name"), <Raw key="n">{found.name}</Raw>],
          [t("providers.trial.email"), found.email && <Raw key="e">{found.email}</Raw>],
          [t("providers.trial.subject"), <Raw key="s">{found.subject}</Raw>],
          [
            t("providers.trial.account"),
            found.account ? <Raw key="a">{found.account}</Raw> : t("providers.trial.newAccount"),
          ],
          [t("providers.trial.groups"), lines(found.groups)],
          [t("providers.trial.grants"), lines(granted)],
          [t("providers.trial.teams"), lines(found.teams)],
        ]}
      />
      <h3>{t("providers.trial.claims")}</h3>
      <CodeView
        text={JSON.stringify(found.claims, null, 2)}
        language="json"
        label={t("providers.trial.claims")}
      />
    </div>
  );
}

function lines(words: readonly string[]) {
  if (words.length === 0) return null;
  return (
    <List isPlain>
      {words.map((word) => (
        <ListItem key={word}>
          <Raw>{word}</Raw>
        </ListItem>
      ))}
    </List>
  );
}
