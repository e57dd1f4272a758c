import { ExpandableSection } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PlanView, TierView, VersionView } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import { formatMoney } from "./money";

/** A plan with its prices and where they are from. */
export function Ladder({ plan }: { plan: PlanView }) {
  const [open, setOpen] = useState(false);
  return (
    <ExpandableSection
      toggleText={plan.title}
      isExpanded={open}
      onToggle={(_, now) => setOpen(now)}
    >
      {plan.versions.map((version) => (
        <Version key={version.id} plan={plan} version={version} />
      ))}
    </ExpandableSection>
  );
}

function Version({ plan, version }: { plan: PlanView; version: VersionView }) {
  const { t } = useTranslation();
  const { currency } = plan;
  const facts = [
    plan.meter && t("plans.counts", { unit: plan.unit, aggregation: plan.aggregation }),
    version.mode === "flat" && t("plans.flat", { amount: formatMoney(version.amount, currency) }),
    version.yearly && t("plans.yearly", { amount: formatMoney(version.yearly, currency) }),
    version.trial_days > 0 && t("plans.trial", { count: version.trial_days }),
    version.note,
    Object.entries(version.includes)
      .map(([name, value]) => `${name}: ${value ?? t("plans.unlimited")}`)
      .join(", "),
    version.provenance.join("; "),
  ].filter(Boolean);
  return (
    <section aria-label={version.id} className="cr-plan-version">
      <h3 translate="no">{version.id}</h3>
      <p className="cr-muted">{facts.join(" · ")}</p>
      {version.tiers.length > 0 && <Tiers tiers={version.tiers} currency={currency} />}
    </section>
  );
}

function Tiers({ tiers, currency }: { tiers: readonly TierView[]; currency: string }) {
  const { t } = useTranslation();
  return (
    <table className="cr-plain-table cr-plans-table" aria-label={t("plans.tiers")}>
      <thead>
        <tr>
          <th scope="col">{t("plans.quantity")}</th>
          <th scope="col" className="cr-right">
            {t("plans.month")}
          </th>
          <th scope="col">{t("plans.source")}</th>
        </tr>
      </thead>
      <tbody>
        {tiers.map(({ first, last, flat, provenance }) => (
          <tr key={first}>
            <td>
              {last === null
                ? t("plans.from", { first: formatNumber(first) })
                : t("plans.range", { first: formatNumber(first), last: formatNumber(last) })}
            </td>
            <td className="cr-right">{formatMoney(flat, currency)}</td>
            <td className="cr-muted" translate="no">
              {provenance.join("; ")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
