import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { listTokens } from "../../api/generated/sdk.gen";
import type { ServiceAccountRow } from "../../api/generated/types.gen";
import { Section } from "../../detail/Section";
import { UnreadPart } from "../../detail/UnreadPart";
import { part, usePart } from "../../overlay/part";
import { mayUse, useSession } from "../../session/session";
import { createServiceToken, SERVICE_TOKEN } from "../../tokens/tokens";
import { HeldRoles } from "./HeldRoles";
import { grantRole } from "./roles";
import { describeService, removeService, serviceOff, serviceOn } from "./services";

const SERVICE = "service" as const;
const tokenTable = part(async () => (await import("../../tokens/OwnedTokens")).OwnedTokens);
const trustRules = part(async () => (await import("./TrustRules")).TrustRules);

/** What can be done with a service account, its tokens, and the roles it holds. */
export function ServicePanel({ account }: { account: ServiceAccountRow }) {
  const session = useSession();
  const Trust = usePart(trustRules, mayUse(session, "token"));
  const { key, name, team, disabled } = account;
  const whole = `org/${session?.organisation ?? ""}`;
  const receiver = { subject: name, kind: SERVICE, place: team ? `${whole}/team/${team}` : whole };
  return (
    <>
      <div className="cr-actions">
        <ActionButton action={createServiceToken} target={{ service: key }} name={name} />
        <ActionButton action={grantRole} target={receiver} name={name} />
        <ActionButton action={describeService} target={account} name={name} />
        <ActionButton action={disabled ? serviceOn : serviceOff} target={account} name={name} />
        <ActionButton action={removeService} target={account} name={name} variant="danger" />
      </div>
      {mayUse(session, "token") && <ServiceTokens account={account} />}
      {Trust && <Trust account={account} />}
      <HeldRoles subject={name} kind="service" />
    </>
  );
}

function ServiceTokens({ account: { key, tokens } }: { account: ServiceAccountRow }) {
  const { t } = useTranslation();
  // The number is live: a token made or revoked elsewhere is asked for anew.
  const { data, error, refetch } = useQuery({
    queryKey: ["tokens", key, tokens],
    queryFn: async () => (await listTokens({ query: { service: key } })).data,
  });
  const Tokens = usePart(tokenTable, (data?.length ?? 0) > 0);
  if (!data) return <UnreadPart title={t("access.tokens")} error={error} refetch={refetch} />;
  return (
    <Section title={t("access.tokens")}>
      {data.length === 0 && <p className="cr-muted">{t("access.service.noTokens")}</p>}
      {Tokens && data.length > 0 && (
        <Tokens tokens={data} actions={SERVICE_TOKEN} label={t("access.tokens")} />
      )}
    </Section>
  );
}
