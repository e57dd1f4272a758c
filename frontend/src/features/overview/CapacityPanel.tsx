import { useTranslation } from "react-i18next";
import type { Capacity, OverviewView } from "../../api/generated/types.gen";
import { formatBytes, formatCores, formatNumber } from "../../format/numbers";
import { PercentBar } from "../../table/cells/Cell";

const FORMATS = { cpu: formatCores, memory: formatBytes, pods: formatNumber } as const;

/** What is asked for against what the machines can give. */
export function CapacityPanel({ capacity }: { capacity: NonNullable<OverviewView["capacity"]> }) {
  const { t } = useTranslation();
  return (
    <section className="cr-panel-box cr-capacity" aria-labelledby="cr-capacity-title">
      <h2 id="cr-capacity-title">{t("overview.capacity")}</h2>
      {(["cpu", "memory", "pods"] as const).map((name) => (
        <CapacityLine key={name} name={name} value={capacity[name]} />
      ))}
    </section>
  );
}

function CapacityLine({ name, value }: { name: keyof typeof FORMATS; value: Capacity }) {
  const { t } = useTranslation();
  const format = FORMATS[name];
  const part = name === "pods" && value.used !== null ? value.used : value.requested;
  const percent = value.allocatable > 0 ? (part / value.allocatable) * 100 : 0;
  return (
    <div className="cr-capacity-line">
      <span>{t(`capacity.${name}`)}</span>
      <PercentBar value={percent} label={t(`capacity.${name}`)} />
      <span className="cr-muted">
        {t(name === "pods" ? "capacity.runningOf" : "capacity.requestedOf", {
          part: format(part),
          whole: format(value.allocatable),
        })}
      </span>
    </div>
  );
}
