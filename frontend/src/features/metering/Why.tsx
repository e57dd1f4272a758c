import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { MeteredUsage, PeakView } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import { formatExact } from "../../format/time";
import { formatAmount, formatDay, formatHour, formatMonth, formatShare } from "./format";

/** The billed value, and in words where it is from, what is free, and what nobody saw. */
export function Why({ usage }: { usage: MeteredUsage }) {
  const { t } = useTranslation();
  if (usage.value === null)
    return (
      <p className="cr-metering-why">
        {t("metering.none", { month: formatMonth(usage.first.slice(0, 7)) })}
      </p>
    );
  return (
    <div className="cr-metering-why">
      <p className="cr-metering-number">{formatAmount(usage.value, usage.unit)}</p>
      <p>{reason(usage, t)}</p>
      <Gap usage={usage} />
      <Frozen usage={usage} />
    </div>
  );
}

function reason(usage: MeteredUsage, t: TFunction): string {
  const { why, unit, zone } = usage;
  const { source, free, free_count: count } = why;
  const hour = source ? formatHour(source.hour, zone) : "";
  if (why.rule === "sustained" && source) {
    const said = t("metering.why.sustained", { day: formatDay(source.day) });
    if (count === 0) return said;
    return `${said} ${t("metering.why.free", { count, list: listed(free, unit) })}`;
  }
  if (why.rule === "p95") return t("metering.why.p95", { hour, count, shown: formatNumber(count) });
  if (why.rule === "average")
    return t("metering.why.average", { hours: formatNumber(Number(why.divisor)) });
  return why.rule === "peak" || why.rule === "last"
    ? t(`metering.why.${why.rule}`, { hour })
    : t("metering.why.sum");
}

const listed = (free: readonly PeakView[], unit: string) =>
  free.map(({ value, day }) => `${formatAmount(value, unit)} (${formatDay(day)})`).join(", ");

/** What nobody saw of it, when there is any. */
function Gap({ usage: { coverage, why } }: { usage: MeteredUsage }) {
  const { t } = useTranslation();
  const { covered, expected, missing } = coverage;
  if (covered >= expected) return null;
  const share = formatShare(covered, expected);
  const count = (number: number) => ({ count: number, shown: formatNumber(number) });
  return (
    <p>
      {t("metering.gap", { share })} {missing > 0 && `${t("metering.gapMissing", count(missing))} `}
      {why.filled > 0 && t("metering.filled", count(why.filled))}
    </p>
  );
}

/** As it was billed, once it was. */
function Frozen({ usage: { frozen, unit } }: { usage: MeteredUsage }) {
  const { t } = useTranslation();
  if (!frozen) return null;
  const { late, difference } = frozen;
  return (
    <p>
      {t("metering.frozen", {
        at: formatExact(frozen.stored_lt),
        value: formatAmount(frozen.value, unit),
      })}{" "}
      {late && late !== "nothing" && difference !== null
        ? t(`metering.late.${late}`, { difference: formatAmount(difference, unit) })
        : ""}
    </p>
  );
}
