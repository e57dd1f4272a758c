import { Button } from "@patternfly/react-core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Freshness, SystemState, SystemView } from "../api/generated/types.gen";
import { isUnanswered } from "../api/problem";
import { FreshnessList } from "../live/FreshnessChip";
import { useLiveClient } from "../live/react";
import { Popover } from "../overlay/Popover";
import { ToneIcon } from "../status/Status";
import type { Tone } from "../status/tone";
import { useOffline } from "../system/useMood";
import { useOverview } from "../system/useOverview";
import { AppLink } from "./AppLink";

export const SYSTEM_TONES: Record<SystemState, Tone> = {
  ok: "ok",
  degraded: "warn",
  down: "bad",
  connecting: "busy",
  absent: "off",
  hidden: "denied",
};

/**
 * Four small lamps, one per system, with their names where there is room (from 1280 px);
 * opened, what each says and how fresh it is.
 */
export function Pulse() {
  const { t } = useTranslation();
  const { data, error } = useOverview();
  const offline = useOffline();
  const client = useLiveClient();
  useEffect(() => {
    if (error !== null && isUnanswered(error)) client.unheard();
  }, [client, error]);
  const systems = data?.systems ?? [];
  return (
    <Popover
      label={t("pulse.title")}
      minWidth="min(26rem, 80vw)"
      maxWidth="min(32rem, 80vw)"
      body={
        <div className="cr-pulse-body">
          <h2 className="cr-popover-title">{t("pulse.title")}</h2>
          {offline && (
            <p className="cr-pulse-offline">
              {t("freshness.tabOffline")}{" "}
              <Button variant="link" isInline onClick={() => client.retryNow()}>
                {t("state.retry")}
              </Button>
            </p>
          )}
          {systems.map((system) => (
            <SystemPulse key={system.name} system={system} offline={offline} />
          ))}
          {systems.length === 0 && !offline && <p>{t("state.loading")}</p>}
        </div>
      }
    >
      {(trigger) => (
        <button {...trigger} type="button" className="cr-pulse">
          {/* Not an aria-label: the words beside the lamps would have to be a part of it. */}
          <span className="pf-v6-screen-reader">
            {offline
              ? `${t("pulse.offline")}. ${t("freshness.tabOffline")}`
              : t("pulse.summary", {
                  systems: systems
                    .map(
                      ({ name, state }) => `${t(`system.${name}`)}: ${t(`systemState.${state}`)}`,
                    )
                    .join(", "),
                })}
          </span>
          {systems.map(({ name, state }) => (
            <span
              key={name}
              className="cr-pulse-lamp"
              aria-hidden="true"
              title={`${t(`system.${name}`)}: ${t(`systemState.${state}`)}`}
            >
              <span
                className={`cr-lamp cr-lamp-${offline ? "offline" : state}`}
                data-system={name}
                data-state={state}
              />
              <span className="cr-lamp-word">{t(`systemShort.${name}`)}</span>
            </span>
          ))}
          {systems.length === 0 && (
            <span className={`cr-lamp cr-lamp-${offline ? "offline" : "connecting"}`} />
          )}
          {offline && (
            <span className="cr-pulse-word" aria-hidden="true">
              {t("pulse.offline")}
            </span>
          )}
        </button>
      )}
    </Popover>
  );
}

/** The sources in trouble by name; the others only counted. */
function Sources({ system }: { system: SystemView }) {
  const { t } = useTranslation();
  const isFresh = ({ state }: Freshness) => state === "live" || state === "polling";
  const fresh = system.freshness.filter(isFresh).length;
  const others = system.freshness.filter((source) => !isFresh(source));
  return (
    <>
      {fresh > 0 && <p className="cr-muted">{t("pulse.fresh", { count: fresh })}</p>}
      {others.length > 0 && <FreshnessList sources={others} />}
    </>
  );
}

/** What a system says; without the console that is what it said, and of its sources nothing. */
function SystemPulse({ system, offline }: { system: SystemView; offline: boolean }) {
  const { t } = useTranslation();
  const sources = !offline && system.freshness.length > 0 && system.state !== "absent";
  return (
    <section className="cr-pulse-system">
      <h3>
        <ToneIcon tone={offline ? "unknown" : SYSTEM_TONES[system.state]} />{" "}
        <AppLink href={system.link}>{t(`system.${system.name}`)}</AppLink>
      </h3>
      <p translate="no">{system.sentence}</p>
      {sources && <Sources system={system} />}
    </section>
  );
}
