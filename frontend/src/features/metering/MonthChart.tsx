import "../../styles/usage.css";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { MeteredUsage } from "../../api/generated/types.gen";
import { drawn } from "./plot";

/** The peaks of a month's days with the billed value across them; what nobody saw is hatched. */
export function MonthChart({ usage }: { usage: MeteredUsage }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => (frame.current ? drawn(frame.current, usage) : undefined), [usage]);
  return (
    <figure className="cr-usage-figure">
      <div ref={frame} className="cr-metering-chart" role="img" aria-label={t("metering.chart")} />
      <figcaption>
        <ul className="cr-metering-key">
          <li>
            <span aria-hidden="true" className="cr-metering-day" />
            {t("metering.high")}
          </li>
          {usage.why.rule === "sustained" && usage.why.free.length > 0 && (
            <li>
              <span aria-hidden="true" className="cr-metering-free" />
              {t("metering.free")}
            </li>
          )}
          {usage.value !== null && (
            <li>
              <span aria-hidden="true" className="cr-metering-line" />
              {t("metering.billed")}
            </li>
          )}
          <li>
            <span aria-hidden="true" className="cr-metering-unknown" />
            {t("metering.unknown")}
          </li>
        </ul>
      </figcaption>
    </figure>
  );
}
