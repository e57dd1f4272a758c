import { useTranslation } from "react-i18next";
import type { Row } from "../api/generated/types.gen";
import { Section } from "../detail/Section";
import { formatBytes, formatCores, formatNumber } from "../format/numbers";
import { PercentBar } from "../table/cells/Cell";

const numberOf = (value: unknown) => (typeof value === "number" ? value : 0);

/** How full a machine is by what its pods reserve, live from its row. */
export function MachineCapacity({ row }: { row: Row }) {
  const { t } = useTranslation();
  const pods = numberOf(row.pods);
  const limit = numberOf(row.pods_limit);
  const lines = [
    {
      label: t("capacity.cpu"),
      percent: numberOf(row.cpu_percent),
      words: t("capacity.requestedOf", {
        part: formatCores(numberOf(row.cpu_requested)),
        whole: formatCores(numberOf(row.cpu)),
      }),
    },
    {
      label: t("capacity.memory"),
      percent: numberOf(row.memory_percent),
      words: t("capacity.requestedOf", {
        part: formatBytes(numberOf(row.memory_requested)),
        whole: formatBytes(numberOf(row.memory)),
      }),
    },
    {
      label: t("capacity.pods"),
      percent: limit === 0 ? 0 : (100 * pods) / limit,
      words: t("capacity.runningOf", { part: formatNumber(pods), whole: formatNumber(limit) }),
    },
  ];
  return (
    <Section title={t("overview.capacity")} note={t("capacity.note")}>
      <div className="cr-machine-capacity">
        {lines.map(({ label, percent, words }) => (
          <div key={label}>
            <span>{label}</span>
            <PercentBar value={percent} label={label} />
            <span className="cr-muted">{words}</span>
          </div>
        ))}
      </div>
    </Section>
  );
}
