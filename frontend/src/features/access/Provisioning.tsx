import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readProvisioningOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { ProvisioningView, ScimTokenView } from "../../api/generated/types.gen";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { CopyButton } from "../../format/CopyButton";
import type { ProviderView } from "./providersApi";
import { makeToken, revokeToken, rotateToken } from "./scimTokens";

export interface ProvisioningProps {
  provider: ProviderView;
}

/** How the provider tells of its people by SCIM: where to, with which token, and of whom it did. */
export function Provisioning({ provider: { name, protocol } }: ProvisioningProps) {
  const { t } = useTranslation();
  const { data } = useQuery(readProvisioningOptions({ path: { name } }));
  if (!data) return null;
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
      {tokens.length > 0 && <Tokens provider={name} tokens={tokens} />}
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

interface TokensProps {
  provider: string;
  tokens: readonly ScimTokenView[];
}

function Tokens({ provider, tokens }: TokensProps) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" className="cr-plain-table" aria-label={t("provisioning.tokens")}>
      <Thead>
        <Tr>
          <Th modifier="wrap">{t("provisioning.token")}</Th>
          <Th modifier="wrap">{t("tokens.until")}</Th>
          <Th modifier="wrap">{t("tokens.used")}</Th>
          <Th screenReaderText={t("tokens.actions")} />
        </Tr>
      </Thead>
      <Tbody>
        {tokens.map((token) => (
          <Line key={token.id} provider={provider} token={token} />
        ))}
      </Tbody>
    </Table>
  );
}

function Line({ provider, token }: { provider: string; token: ScimTokenView }) {
  const { t } = useTranslation();
  const { id, prefix, expires, replaced, last_used, last_address } = token;
  const target = { provider, token: id };
  return (
    <Tr>
      <Td dataLabel={t("provisioning.token")}>
        <Raw>{`${prefix}…`}</Raw>
      </Td>
      <Td dataLabel={t("tokens.until")}>
        <Age at={expires} />
        {replaced !== null && <span className="cr-muted"> {t("tokens.replaced")}</span>}
      </Td>
      <Td dataLabel={t("tokens.used")}>
        {last_used === null ? (
          t("tokens.never")
        ) : (
          <>
            <Age at={last_used} /> <Raw>{last_address}</Raw>
          </>
        )}
      </Td>
      <Td>
        <div className="cr-actions">
          {replaced === null && (
            <ActionButton action={rotateToken} target={target} name={provider} />
          )}
          <ActionButton action={revokeToken} target={target} name={`${prefix}…`} />
        </div>
      </Td>
    </Tr>
  );
}
