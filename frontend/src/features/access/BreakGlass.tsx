import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readBreakGlassAccountOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { BreakGlassView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { useSession } from "../../session/session";
import { Notice } from "../../states/Notice";
import { Failed } from "../../states/States";
import { makeBreakGlass, sealBreakGlass } from "./breakGlassActions";

/** The account that gets in when no provider answers: how it stands, made, sealed. */
export function BreakGlass() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(readBreakGlassAccountOptions());
  return (
    <Section title={t("rules.glass.title")} note={data && t(`rules.glass.state.${data.state}`)}>
      <div className="cr-rule">
        <p>{t("rules.glass.says")}</p>
        {!data && error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
        {data && <State told={data} />}
      </div>
    </Section>
  );
}

function State({ told }: { told: BreakGlassView }) {
  const { t } = useTranslation();
  const { state, login } = told;
  const own = useSession()?.login === login;
  return (
    <>
      {(state === "open" || state === "used") && (
        <Notice tone="warning" title={t(`rules.glass.alarm.${state}`)} />
      )}
      {own && <p>{t("rules.glass.own")}</p>}
      {state !== "none" && <Facts facts={factsOf(t, told)} />}
      <div className="cr-actions">
        {state === "none" && <ActionButton action={makeBreakGlass} target={NOTHING} name="" />}
        {state !== "none" && !own && (
          <ActionButton action={sealBreakGlass} target={told} name={login ?? ""} />
        )}
      </div>
    </>
  );
}

function factsOf(
  t: TFunction,
  { login, until, printed, printed_by, unsealed, unsealed_from, used, used_from }: BreakGlassView,
): [string, ReactNode][] {
  const at = (time: number | null | undefined, where: string | undefined) =>
    time ? (
      <span key={time}>
        <Age at={time} /> {where && <Raw>{where}</Raw>}
      </span>
    ) : (
      t("rules.glass.never")
    );
  return [
    [t("login.user"), <Raw key="l">{login}</Raw>],
    ...(until ? [[t("rules.glass.until"), <Age key="u" at={until} />] as [string, ReactNode]] : []),
    [t("rules.glass.printed"), at(printed, printed_by)],
    [t("rules.glass.unsealed"), at(unsealed, unsealed_from)],
    [t("rules.glass.used"), at(used, used_from)],
  ];
}

/** Until its dialogue is open, nothing is begun. */
const NOTHING = { state: "", secret: "", uri: "", qr: "", until: 0 };
