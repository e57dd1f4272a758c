import { useTranslation } from "react-i18next";
import type { SystemView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { formatClock, formatExact } from "../../format/time";
import { part, usePart } from "../../overlay/part";
import { pointsToGuide } from "../../session/guide";
import { mayUse, useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { PageHeader } from "../../shell/PageHeader";
import { useScope } from "../../shell/scope";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { ToneIcon } from "../../status/Status";
import { useOverview } from "../../system/useOverview";
import { isComingUp, isSettled, useStack } from "../../system/useStack";
import { CapacityPanel } from "./CapacityPanel";
import { ProblemList } from "./ProblemList";
import { RecentList } from "./RecentList";
import { SystemStrip } from "./SystemStrip";

const nothing = part(async () => (await import("./NothingConnected")).NothingConnected);
const ofTeam = part(async () => (await import("../../shell/team")).NothingOfTeam);
const list = part(async () => (await import("../../system/ComponentList")).ComponentList);

/** Is anything wrong, and what changes right now? */
export function OverviewPage() {
  const { t } = useTranslation();
  const session = useSession();
  const scope = useScope();
  const { data, error, isPending, refetch } = useOverview(scope);
  const problems = data?.problems ?? [];
  const bare = data !== undefined && problems.length === 0 && isBare(data.systems);
  const Nothing = usePart(nothing, bare);
  const OfTeam = usePart(ofTeam, scope.team !== undefined);
  const place = scope.namespace ?? scope.cluster;
  const part = [scope.team, place, data?.part].filter(Boolean).join(", ");
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader
        title={t("nav.overview")}
        sentence={
          data &&
          !bare && (
            <span className="cr-tone-count">
              <ToneIcon tone={headTone(problems.map(({ severity }) => severity))} />{" "}
              {problems.length === 0
                ? t("overview.calm")
                : t("overview.problems", { count: data.problems_total })}
              {part && <span className="cr-muted"> {t("overview.part", { part })}</span>}
            </span>
          )
        }
        meta={
          data && (
            <span className="cr-muted">
              {t(error ? "overview.checkedStale" : "overview.checked")}{" "}
              <time title={formatExact(data.checked)} translate="no">
                {formatClock(data.checked)}
              </time>
            </span>
          )
        }
      />
      {!data && <StackComingUp />}
      {isPending && <SkeletonLines lines={10} />}
      {error &&
        !data &&
        (OfTeam && toProblem(error).status === 404 ? (
          <OfTeam missing />
        ) : (
          <Failed problem={toProblem(error)} onRetry={() => void refetch()} />
        ))}
      {data && (
        <>
          {OfTeam && <OfTeam elsewhere={null} />}
          <SystemStrip systems={data.systems} />
          {pointsToGuide(session, bare) && (
            <p className="cr-actions">
              <AppLink href="/start">{t("nav.start")}</AppLink>
            </p>
          )}
          {Nothing && <Nothing />}
          {!bare && (
            <ProblemList
              problems={problems}
              checked={data.checked}
              part={place !== undefined || scope.team !== undefined}
            />
          )}
          <StackComingUp />
          <div className="cr-overview-columns">
            <RecentList recent={data.recent} />
            {data.capacity && <CapacityPanel capacity={data.capacity} />}
          </div>
        </>
      )}
    </section>
  );
}

/** Nothing is connected: the update service is the console's own. */
function isBare(systems: readonly SystemView[]): boolean {
  return systems.every(({ name, state }) => name === "updates" || state === "absent");
}

function headTone(severities: readonly string[]): "ok" | "warn" | "bad" {
  if (severities.includes("error")) return "bad";
  return severities.length > 0 ? "warn" : "ok";
}

/** While the local stack is on its way or part of it fails, it is what changes right now. */
function StackComingUp() {
  const { t } = useTranslation();
  const session = useSession();
  const { data } = useStack(mayUse(session, "stack"));
  const comingUp = data?.present === true && !isSettled(data);
  const List = usePart(list, comingUp);
  if (!comingUp) return null;
  const ready = data.components.filter(({ state }) => state === "ready").length;
  return (
    <section className="cr-panel-box" aria-labelledby="cr-stack-title">
      <h2 id="cr-stack-title">
        {t(isComingUp(data) ? "stack.comingUp" : "stack.inTrouble", {
          ready,
          total: data.components.length,
        })}
      </h2>
      {List && <List components={data.components} />}
    </section>
  );
}
