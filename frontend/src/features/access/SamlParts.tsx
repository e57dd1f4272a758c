import "../../i18n/saml";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { ActionPageForm } from "../../actions/ActionPageForm";
import { toProblem } from "../../api/problem";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { CopyButton } from "../../format/CopyButton";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { type SamlView, samlQuery } from "./providersApi";
import { SamlFacts } from "./SamlFound";
import { editSaml, renewKey } from "./saml";

export interface SamlProps {
  provider: SamlView;
}

/** What a SAML provider has to be told, and the certificates in force. */
export function SamlTell({ provider }: SamlProps) {
  const { t } = useTranslation();
  const { name, sp_entity_id, sp_consumer, editable, problem } = provider;
  return (
    <>
      <Section title={t("providers.tell.title")} note={t("providers.tell.note")}>
        <Facts
          facts={[
            [t("saml.ours"), <Copied key="e" text={sp_entity_id} />],
            [t("saml.consumer"), <Copied key="c" text={sp_consumer} />],
          ]}
        />
        <p className="cr-muted">{t("saml.told")}</p>
      </Section>
      {!problem && <Certificates provider={provider} />}
      {editable && !problem && (
        <div className="cr-actions">
          <ActionButton action={renewKey} target={provider} name={name} />
        </div>
      )}
    </>
  );
}

function Certificates({ provider: { name, row_version, encrypts } }: SamlProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(samlQuery(name));
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the settings changed
  useEffect(() => void refetch(), [row_version, refetch]);
  return (
    <Section title={t("saml.certificates")}>
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && <SamlFacts found={data} />}
      {!encrypts && <p className="cr-muted">{t("saml.plain")}</p>}
    </Section>
  );
}

/** The form of its settings. */
export function SamlSettings({ provider }: SamlProps) {
  return <ActionPageForm action={editSaml} target={provider} name={provider.name} />;
}

function Copied({ text }: { text: string }) {
  return (
    <>
      <Raw>{text}</Raw> <CopyButton text={text} />
    </>
  );
}
