import { useTranslation } from "react-i18next";
import type { ChangePreview, ChangeView } from "../../api/generated/types.gen";
import { formatMoney } from "./money";

/** A change at once beside the same at the end of the period: to the cent, with every line. */
export function Changed({ preview }: { preview: ChangePreview }) {
  const { t } = useTranslation();
  const { currency, direction, first, last, days, left, before } = preview;
  return (
    <>
      <p>
        {t(`plans.direction.${direction}`, { amount: formatMoney(before, currency) })}{" "}
        {t("plans.inPeriod", { first, last, days, left })}
      </p>
      <div className="cr-plans-ways">
        <Way title={t("plans.atOnceTitle")} currency={currency} change={preview.now} />
        <Way title={t("plans.atEndTitle")} currency={currency} change={preview.at_the_end} />
      </div>
    </>
  );
}

interface WayProps {
  title: string;
  currency: string;
  change: ChangeView;
}

function Way({ title, currency, change: { on, lines, net, then, next_due } }: WayProps) {
  const { t } = useTranslation();
  const back = net.startsWith("-");
  const amount = formatMoney(back ? net.slice(1) : net, currency);
  const nothing = Number(net) === 0;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <p className="cr-muted">{t("plans.from_day", { on })}</p>
      <p className="cr-plans-amount">
        {nothing ? t("plans.payNothing") : t(back ? "plans.giveBack" : "plans.pay", { amount })}
      </p>
      {lines.map(({ version, quantity, amount: part, formula }) => (
        <p key={`${version} ${quantity} ${part}`} className="cr-muted" translate="no">
          {`${quantity} × ${version}: ${formatMoney(part, currency)} (${formula})`}
        </p>
      ))}
      <p>{t("plans.then", { amount: formatMoney(then, currency), on: next_due })}</p>
    </section>
  );
}
