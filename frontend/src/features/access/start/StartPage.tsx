import "../../../styles/start.css";
import "../../../i18n/later";
import "../../../i18n/providers";
import "../../../i18n/start";
import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { isAway, keepGuide, mayStart } from "../../../session/guide";
import { useSession } from "../../../session/session";
import { goTo } from "../../../shell/navigate";
import { PageHeader } from "../../../shell/PageHeader";
import { SkeletonLines } from "../../../states/Skeletons";
import { NoAccess } from "../../../states/States";
import { StepActions } from "./StepActions";
import { StepCard } from "./StepCard";
import { saysOf } from "./says";
import { stepsOf } from "./steps";
import { useFound } from "./useFound";

/** From an empty console to a team that signs in: what is there, and what to do next. */
export function StartPage() {
  const { t } = useTranslation();
  const session = useSession();
  if (session && mayStart(session)) return <Guide who={session.id} />;
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader title={t("nav.start")} />
      {session && <NoAccess what={t("providers.title")} />}
    </section>
  );
}

function Guide({ who }: { who: string }) {
  const { t } = useTranslation();
  const { found, failed, pending } = useFound();
  const steps = stepsOf(found, useSession());
  const done = steps.filter(({ state }) => state === "done").length;
  const all = done === steps.length;
  useEffect(() => {
    if (all) keepGuide(who, "away");
    else if (!isAway(who)) keepGuide(who, "begun");
  }, [who, all]);
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader
        title={t("nav.start")}
        sentence={
          !pending && (all ? t("start.allDone") : t("start.progress", { done, all: steps.length }))
        }
        meta={<Leave who={who} done={all} />}
      />
      {pending && <SkeletonLines lines={6} />}
      {!pending && (
        <ol className="cr-start">
          {steps.map((step, place) => (
            <StepCard
              key={step.id}
              {...step}
              number={place + 1}
              says={failed[step.id] ? t("start.failed") : saysOf(t, step, found)}
            >
              <StepActions step={step} found={found} />
            </StepCard>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Puts the guide away for the person, and leads on. */
function Leave({ who, done }: { who: string; done: boolean }) {
  const { t } = useTranslation();
  const router = useRouter();
  const leave = () => {
    keepGuide(who, "away");
    goTo(router, "/");
  };
  return (
    <Button size="sm" variant="link" onClick={leave}>
      {t(done || isAway(who) ? "start.leave" : "start.notNow")}
    </Button>
  );
}
