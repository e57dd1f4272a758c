import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { MeteredUsage } from "../../api/generated/types.gen";
import { Section } from "../../detail/Section";
import { Figures } from "./Figures";
import { formatAmount, formatDay, formatShare } from "./format";
import { Hours } from "./Hours";

interface DaysProps {
  usage: MeteredUsage;
  day: string | undefined;
  onDay: (day: string | undefined) => void;
}

/** The days in numbers; each opens to its hours. */
export function Days({ usage, day, onDay }: DaysProps) {
  const { t } = useTranslation();
  const { unit, why } = usage;
  const free = new Set(why.rule === "sustained" ? why.free.map((one) => one.day) : []);
  const billed = why.rule === "sustained" || why.rule === "peak" ? why.source?.day : undefined;
  if (usage.days.length === 0) return null;
  return (
    <>
      {day && <Hours usage={usage} day={day} onClose={() => onDay(undefined)} />}
      <Section title={t("metering.days")}>
        <Figures
          label={t("metering.days")}
          heads={[
            t("metering.day"),
            t("metering.high"),
            t("metering.low"),
            t("metering.average"),
            t("metering.coverage"),
          ]}
        >
          {usage.days.map((one) => (
            <tr key={one.day} aria-current={one.day === day ? "true" : undefined}>
              <th scope="row">
                <Button variant="link" isInline onClick={() => onDay(one.day)}>
                  {formatDay(one.day)}
                </Button>{" "}
                <span className="cr-muted">
                  {free.has(one.day) && t("metering.free")}
                  {one.day === billed && t("metering.billed")}
                </span>
              </th>
              <td className="cr-right">{formatAmount(one.high, unit)}</td>
              <td className="cr-right">{formatAmount(one.low, unit)}</td>
              <td className="cr-right">{formatAmount(one.average, unit)}</td>
              <td className="cr-right">{formatShare(one.covered, one.expected)}</td>
            </tr>
          ))}
        </Figures>
      </Section>
    </>
  );
}
