import { useTranslation } from "react-i18next";
import type { Simulations, SimulationView } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import { formatMoney } from "./money";

/** The plans side by side, each with how its amount comes about and what more would cost. */
export function Compared({ simulated }: { simulated: Simulations }) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className="cr-plans-scroll" aria-label={t("plans.compared")} tabIndex={0}>
      <table className="cr-plain-table cr-plans-table" aria-label={t("plans.compared")}>
        <thead>
          <tr>
            <th scope="col">{t("plans.plan")}</th>
            <th scope="col" className="cr-right">
              {t("plans.month")}
            </th>
            <th scope="col" className="cr-right">
              {t("plans.year")}
            </th>
            <th scope="col" className="cr-right">
              {t("plans.each")}
            </th>
            <th scope="col">{t("plans.how")}</th>
          </tr>
        </thead>
        <tbody>
          {simulated.items.map((item) => (
            <Line key={item.version} item={item} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ item }: { item: SimulationView }) {
  const { t } = useTranslation();
  const { currency, month, year, each } = item;
  const money = (amount: string | null) => (amount === null ? "–" : formatMoney(amount, currency));
  return (
    <tr>
      <th scope="row" translate="no">
        {item.title} <span className="cr-muted">{item.version}</span>
      </th>
      <td className="cr-right cr-plans-amount">{money(month)}</td>
      <td className="cr-right">
        {money(year)}
        {item.year_at_once && <span className="cr-muted"> {t("plans.atOnce")}</span>}
      </td>
      <td className="cr-right">{money(each)}</td>
      <td>
        {month === null && t("plans.ask", { largest: formatNumber(item.largest ?? 0) })}
        {item.lines.map(({ formula, amount }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one simulation, never moved
          <p key={at} translate="no">
            {`${formula}: ${formatMoney(amount, currency)}`}
          </p>
        ))}
        <Onward item={item} />
      </td>
    </tr>
  );
}

/** What a few more would cost. */
function Onward({ item: { next, better, currency } }: { item: SimulationView }) {
  const { t } = useTranslation();
  return (
    <>
      {next && (
        <p className="cr-muted">
          {next.room > 0 &&
            `${t("plans.room", { count: next.room, shown: formatNumber(next.room) })} `}
          {t("plans.next", {
            from: formatNumber(next.quantity),
            amount: formatMoney(next.amount, currency),
          })}
        </p>
      )}
      {better && (
        <p>
          {t("plans.better", {
            quantity: formatNumber(better.quantity),
            amount: formatMoney(better.amount, currency),
          })}
        </p>
      )}
    </>
  );
}
