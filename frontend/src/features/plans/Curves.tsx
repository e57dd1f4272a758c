import { useTranslation } from "react-i18next";
import type { Simulations } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import { highest, pathOf, SIZE, scaleOf, ticks } from "./curve";
import { formatMoney } from "./money";

export interface CurvesProps {
  simulated: Simulations;
  /** How many there are here; null where nobody counted. */
  owned: number | null;
}

/** What a month costs over the quantity, plan by plan. The table beside it tells the same. */
export function Curves({ simulated, owned }: CurvesProps) {
  const { t } = useTranslation();
  const { items, quantity, up_to } = simulated;
  const currency = items[0]?.currency ?? "USD";
  const most = highest(items);
  const scale = scaleOf(up_to, most);
  const { width, height, left, right, bottom, top } = SIZE;
  const floor = height - bottom;
  return (
    <figure className="cr-curves">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t("plans.curves")}>
        {ticks(most).map((amount) => (
          <g key={amount}>
            <line x1={left} x2={width - right} y1={scale.y(amount)} y2={scale.y(amount)} />
            <text x={left - 6} y={scale.y(amount) + 4} textAnchor="end">
              {formatMoney(String(amount), currency)}
            </text>
          </g>
        ))}
        {ticks(up_to).map((at) => (
          <text key={at} x={scale.x(at)} y={floor + 18} textAnchor="middle">
            {formatNumber(at)}
          </text>
        ))}
        {items.map((item, at) => (
          <path key={item.version} className={`cr-curve cr-curve-${at}`} d={pathOf(item, scale)} />
        ))}
        <line
          className="cr-curve-here"
          x1={scale.x(quantity)}
          x2={scale.x(quantity)}
          y1={top}
          y2={floor}
        />
        {owned !== null && owned <= up_to && (
          <circle className="cr-curve-owned" cx={scale.x(owned)} cy={floor} r={5}>
            <title>{t("plans.owned", { shown: formatNumber(owned) })}</title>
          </circle>
        )}
      </svg>
      <figcaption>
        <ul className="cr-list cr-curve-key">
          {items.map(({ version, title }, at) => (
            <li key={version} className={`cr-curve-${at}`} translate="no">
              <span aria-hidden="true" className="cr-curve-line" /> {title}{" "}
              <span className="cr-muted">{version}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
