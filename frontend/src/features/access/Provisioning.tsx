import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readProvisioningOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { ProvisioningView } from "../../api/generated/types.gen";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { UnreadPart } from "../../detail/UnreadPart";
import { CopyButton } from "../../format/CopyButton";
import { TokenTable } from "../../tokens/TokenTable";
import type { ProviderView } from "./providersApi";
import { makeToken, revokeToken, rotateToken } from "./scimTokens";

export interface ProvisioningProps {
  provider: ProviderView;
}

/** How the provider tells of its people by SCIM: where to, with which token, and of whom it did. */
export function Provisioning({ provider: { name, protocol } }: ProvisioningProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(readProvisioningOptions({ path: { name } }));
  if (!data) return <UnreadPart title={t("provisioning.title")} error={error} refetch={refetch} />;
  const { tokens, address, external } = data;
  const lives = tokens.some(({ replaced }) => replaced === null);
  const by = protocol === "oidc" ? "provisioning.claim" : "provisioning.attribute";
  return (
    <Section title={t("provisioning.title")} note={t("provisioning.note")}>
      {tokens.length === 0 && <p className="cr-muted">{t("provisioning.sentence")}</p>}
      <Facts
        facts={[
          [
            t("provisioning.address"),
            <span key="a">
              <Raw>{address}</Raw> <CopyButton text={address} />
            </span>,
          ],
          [t("provisioning.external"), t(by, { name: external })],
          [t("provisioning.who"), <People key="p" told={data} />],
          [t("provisioning.groups"), data.groups],
        ]}
      />
      {tokens.length > 0 && (
        <TokenTable
          tokens={tokens}
          label={t("provisioning.tokens")}
          columns={[[t("provisioning.token"), ({ prefix }) => <Raw>{`${prefix}…`}</Raw>]]}
          actions={({ id: token, prefix }, lives) => (
            <>
              {lives && (
                <ActionButton action={rotateToken} target={{ provider: name, token }} name={name} />
              )}
              <ActionButton
                action={revokeToken}
                target={{ provider: name, token }}
                name={`${prefix}…`}
              />
            </>
          )}
        />
      )}
      {!lives && (
        <div className="cr-actions">
          <ActionButton action={makeToken} target={{ provider: name, token: "" }} name={name} />
        </div>
      )}
    </Section>
  );
}

function People({ told: { people, waiting, deactivated } }: { told: ProvisioningView }) {
  const { t } = useTranslation();
  const parts = [
    t("provisioning.people", { count: people }),
    ...(waiting ? [t("provisioning.waiting", { count: waiting })] : []),
    ...(deactivated ? [t("provisioning.deactivated", { count: deactivated })] : []),
  ];
  return <>{parts.join(", ")}</>;
}
