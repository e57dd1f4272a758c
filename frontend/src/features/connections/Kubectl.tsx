import "../../i18n/later";
import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readKubeconfigOptions } from "../../api/generated/@tanstack/react-query.gen";
import { apiUrl } from "../../api/http";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { CopyButton } from "../../format/CopyButton";
import { segment } from "../../pages/page";

/** The way to a cluster by kubectl, for who may reach it; of one that has none, why. */
export function Kubectl({ cluster }: { cluster: string }) {
  const { t } = useTranslation();
  const config = useQuery({ ...readKubeconfigOptions({ path: { cluster } }), retry: false });
  const problem = config.error ? toProblem(config.error) : null;
  if (problem ? problem.status !== 409 : config.data === undefined) return null;
  return (
    <Section title={<span translate="no">kubectl</span>} note={t("kubectl.note")}>
      {problem ? (
        <p className="cr-muted" translate="no">
          {problem.detail}
        </p>
      ) : (
        <>
          <Button
            variant="secondary"
            size="sm"
            component="a"
            href={apiUrl(`clusters/${segment(cluster)}/kubeconfig`)}
            download
          >
            {t("kubectl.download")}
          </Button>
          <Step words={t("kubectl.signIn")} command={`craton login ${consoleIn(config.data)}`} />
          <Step
            words={t("kubectl.use")}
            command={`kubectl --kubeconfig craton-${cluster}.yaml get pods -A`}
          />
        </>
      )}
    </Section>
  );
}

function Step({ words, command }: { words: string; command: string }) {
  return (
    <p>
      {words} <Raw>{command}</Raw> <CopyButton text={command} />
    </p>
  );
}

/** The console as the command line has to be signed in to it: by the address in the file. */
const consoleIn = (config: unknown) =>
  /craton login\s+([^\s'"]+)/.exec(String(config))?.[1] ?? window.location.origin;
