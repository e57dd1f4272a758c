import { Button } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { ActionPageForm } from "../../actions/ActionPageForm";
import { tryProvider } from "../../api/generated/sdk.gen";
import { toProblem } from "../../api/problem";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { CopyButton } from "../../format/CopyButton";
import { formatExact } from "../../format/time";
import { part, usePart } from "../../overlay/part";
import { mayUse, useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { goOutside } from "../../shell/navigate";
import { Notice } from "../../states/Notice";
import {
  editDirectory,
  editProvider,
  grantGroup,
  groupsHref,
  removeProvider,
  switchOff,
  switchOn,
} from "./providers";
import type { DirectoryView, OidcView, ProviderView } from "./providersApi";

const directoryTrial = part(async () => (await import("./DirectoryTrial")).DirectoryTrial);
const samlTell = part(async () => (await import("./SamlParts")).SamlTell);
const samlSettings = part(async () => (await import("./SamlParts")).SamlSettings);
const provisioning = part(async () => (await import("./Provisioning")).Provisioning);

interface Props {
  provider: ProviderView;
  /** What a trial found, below the button that made it. */
  children?: ReactNode;
}

/** What can be done with a provider, what it has to be told, and its settings. */
export function ProviderParts({ provider, children }: Props) {
  const { t } = useTranslation();
  const { name, editable, problem } = provider;
  const Provisioned = usePart(provisioning, !problem);
  const saml = provider.protocol === "saml";
  const SamlTell = usePart(samlTell, saml);
  const SamlSettings = usePart(samlSettings, saml);
  return (
    <div className="cr-stack">
      <Actions provider={provider} />
      {children}
      {!editable && <Notice tone="info" title={t("providers.declared")} />}
      {problem && <Notice tone="danger" title={<Raw>{problem}</Raw>} />}
      {provider.protocol === "oidc" && <ToTell provider={provider} />}
      {provider.protocol === "ldap" && <Try provider={provider} />}
      {provider.protocol === "saml" && SamlTell && <SamlTell provider={provider} />}
      <Section title={t("providers.about")}>
        <Facts
          facts={[
            [t("providers.field.name"), <Raw key="n">{name}</Raw>],
            [t("providers.field.kind"), <Raw key="k">{provider.product}</Raw>],
            provider.protocol === "ldap"
              ? [t("directories.unique"), <Raw key="u">{provider.unique}</Raw>]
              : [t("providers.field.issuer"), <Raw key="i">{provider.address}</Raw>],
            [
              t("connections.changedBy"),
              provider.changed !== null && (
                <Raw key="c">
                  {provider.changed_by}, {formatExact(provider.changed)}
                </Raw>
              ),
            ],
          ]}
        />
        <AppLink href={groupsHref(name)}>{t("providers.groupRoles")}</AppLink>
      </Section>
      {Provisioned && <Provisioned provider={provider} />}
      {editable && (
        <Section title={t("providers.settings")}>
          {provider.protocol === "oidc" && (
            <ActionPageForm action={editProvider} target={provider} name={name} />
          )}
          {provider.protocol === "ldap" && (
            <ActionPageForm action={editDirectory} target={provider} name={name} />
          )}
          {provider.protocol === "saml" && SamlSettings && <SamlSettings provider={provider} />}
        </Section>
      )}
    </div>
  );
}

function ToTell({ provider }: { provider: OidcView }) {
  const { t } = useTranslation();
  return (
    <Section title={t("providers.tell.title")} note={t("providers.tell.note")}>
      <Facts
        facts={[
          [t("providers.tell.redirect"), <Copied key="r" text={provider.redirect_uri} />],
          [t("providers.tell.backchannel"), <Copied key="b" text={provider.backchannel_uri} />],
          [t("providers.tell.signedOut"), <Copied key="s" text={provider.signed_out_uri} />],
        ]}
      />
    </Section>
  );
}

function Try({ provider }: { provider: DirectoryView }) {
  const session = useSession();
  const may = mayUse(session, "identity-provider", "update") && !provider.problem;
  const Trial = usePart(directoryTrial, may);
  return Trial && may ? <Trial name={provider.name} /> : null;
}

function Copied({ text }: { text: string }) {
  return (
    <>
      <Raw>{text}</Raw> <CopyButton text={text} />
    </>
  );
}

function Actions({ provider }: { provider: ProviderView }) {
  const { t } = useTranslation();
  const session = useSession();
  const { name, disabled, editable, protocol } = provider;
  const attempt = useMutation({
    mutationFn: async () => goOutside((await tryProvider({ path: { name } })).data.url),
  });
  return (
    <>
      <div className="cr-actions">
        {protocol !== "ldap" && mayUse(session, "identity-provider", "update") && (
          <Button
            variant="secondary"
            size="sm"
            isLoading={attempt.isPending}
            isDisabled={attempt.isPending}
            onClick={() => attempt.mutate()}
          >
            {t("providers.trial.do")}
          </Button>
        )}
        <ActionButton
          action={grantGroup}
          target={{ provider: name, organisation: session?.organisation ?? "" }}
          name={name}
        />
        {editable && (
          <ActionButton action={disabled ? switchOn : switchOff} target={provider} name={name} />
        )}
        {editable && (
          <ActionButton action={removeProvider} target={provider} name={name} variant="danger" />
        )}
      </div>
      {attempt.isError && (
        <Notice tone="danger" live title={<Raw>{toProblem(attempt.error).detail ?? ""}</Raw>} />
      )}
    </>
  );
}
