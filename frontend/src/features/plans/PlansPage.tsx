import "../../i18n/plans";
import "../../styles/plans.css";
import { Form } from "@patternfly/react-core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import {
  listPlansOptions,
  simulatePlansOptions,
} from "../../api/generated/@tanstack/react-query.gen";
import type { PlanView, Simulations } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { AskAccess } from "../../asking/AskAccess";
import { formatNumber } from "../../format/numbers";
import { useSearchOf } from "../../pages/useSearchOf";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed, NoAccess } from "../../states/States";
import { Asked } from "./Asked";
import { Changing } from "./Changing";
import { Compared } from "./Compared";
import { Curves } from "./Curves";
import { Ladder } from "./Ladder";
import { Meters } from "./Meters";
import { formatMoney } from "./money";
import { PLANS_SEARCH } from "./search";
import { useChanging } from "./useChanging";
import { useOwned } from "./useOwned";

const USUAL = 100;
/** The most plans that are compared at once. */
const MOST_PLANS = 4;

/** What is sold, and what a quantity would cost. */
export function PlansPage() {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(listPlansOptions());
  if (error && [403, 404].includes(toProblem(error).status))
    return (
      <section className="cr-page cr-scroll-page">
        <PageHeader title={t("nav.plans")} />
        <NoAccess what={t("nav.plans")} ask={<AskAccess kind="plan" verb="list" />} />
      </section>
    );
  if (!data)
    return (
      <section className="cr-page cr-scroll-page">
        <PageHeader title={t("nav.plans")} />
        {isPending && <SkeletonLines />}
        {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      </section>
    );
  return <Simulator plans={data.items} />;
}

function Simulator({ plans }: { plans: readonly PlanView[] }) {
  const { t } = useTranslation();
  const { meter, here, quantity, chosen, change } = useAsked(plans);
  const owned = useOwned(meter);
  const changing = useChanging(here, quantity);
  const up_to = Math.max(100, quantity * 2);
  const simulated = useQuery({
    ...simulatePlansOptions({ query: { quantity, up_to, version: [...chosen] } }),
    enabled: chosen.length > 0,
    placeholderData: keepPreviousData,
  });
  const found = chosen.length > 0 ? simulated.data : undefined;
  return (
    <section className="cr-page cr-scroll-page cr-plans">
      <PageHeader title={t("nav.plans")} sentence={found && <Sentence simulated={found} />} />
      <section className="cr-panel-box" aria-labelledby="cr-plans-simulator">
        <h2 id="cr-plans-simulator">{t("plans.simulator")}</h2>
        <div className="cr-plans-ask">
          <Form onSubmit={(event) => event.preventDefault()}>
            <Meters plans={plans} meter={meter} onMeter={(name) => change({ meter: name })} />
            <Asked
              plans={here}
              quantity={quantity}
              owned={owned}
              chosen={chosen}
              onQuantity={(value) => change({ quantity: value })}
              onChosen={(versions) => change({ version: versions.slice(-MOST_PLANS) })}
            />
          </Form>
          {found && <Curves simulated={found} owned={owned} />}
        </div>
        {chosen.length === 0 && <p className="cr-muted">{t("plans.choose")}</p>}
        {simulated.error && <Failed problem={toProblem(simulated.error)} />}
        {found && <Compared simulated={found} />}
      </section>
      <Changing plans={here} asked={changing.asked} onAsked={changing.change} />
      <section className="cr-panel-box" aria-labelledby="cr-plans-all">
        <h2 id="cr-plans-all">{t("plans.all")}</h2>
        {plans.map((plan) => (
          <Ladder key={plan.code} plan={plan} />
        ))}
      </section>
    </section>
  );
}

/** What is asked, as the address says it. */
function useAsked(plans: readonly PlanView[]) {
  const search = useSearchOf(PLANS_SEARCH);
  const navigate = useNavigate();
  const meters = plans.map((plan) => plan.meter).filter(Boolean);
  const meter = meters.find((name) => name === search.meter) ?? meters[0] ?? "";
  const here = plans.filter((plan) => plan.meter === meter);
  const known = here.flatMap((plan) => plan.versions.map(({ id }) => id));
  const usual = here.flatMap((plan) => plan.versions.slice(0, 1).map(({ id }) => id));
  const chosen = search.version?.filter((id) => known.includes(id)) ?? usual;
  const change = useCallback(
    (changes: { quantity?: number; meter?: string; version?: readonly string[] }) =>
      void navigate({
        to: ".",
        search: (old: Record<string, unknown>) => {
          // The plans of another meter are others.
          const { version, from, to, ...rest } = old;
          return "meter" in changes ? { ...rest, ...changes } : { ...old, ...changes };
        },
        replace: true,
      }),
    [navigate],
  );
  return { meter, here, quantity: search.quantity ?? USUAL, chosen, change };
}

/** The span of what it would cost. */
function Sentence({ simulated: { items, quantity } }: { simulated: Simulations }) {
  const { t } = useTranslation();
  const months = items.flatMap(({ month, currency }) =>
    month === null ? [] : [{ month, currency }],
  );
  months.sort((one, other) => Number(one.month) - Number(other.month));
  const [least, most] = [months[0], months.at(-1)];
  const unit = items[0]?.unit ?? "";
  if (!least || !most) return t("plans.beyond", { quantity: formatNumber(quantity), unit });
  const [low, high] = [least, most].map(({ month, currency }) => formatMoney(month, currency));
  return t(low === high ? "plans.one" : "plans.span", {
    quantity: formatNumber(quantity),
    unit,
    low,
    high,
  });
}
