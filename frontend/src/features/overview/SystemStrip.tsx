import { useTranslation } from "react-i18next";
import type { SystemHealth } from "../../api/types";
import { formatNumber } from "../../format/numbers";
import { FreshnessChip } from "../../live/FreshnessChip";
import { AppLink } from "../../shell/AppLink";
import { SYSTEM_TONES } from "../../shell/Pulse";
import { Status } from "../../status/Status";

/** One panel per system: its state in a sentence, its counts, how fresh that is. */
export function SystemStrip({ systems }: { systems: readonly SystemHealth[] }) {
  const { t } = useTranslation();
  return (
    <ul className="cr-systems" aria-label={t("overview.systems")}>
      {systems.map((system) => (
        <li
          key={system.name}
          className={`cr-system cr-system-${system.state}`}
          data-system={system.name}
          data-state={system.state}
        >
          <div className="cr-system-head">
            <h2>
              <AppLink href={system.link}>{t(`system.${system.name}`)}</AppLink>
            </h2>
            <Status word={t(`systemState.${system.state}`)} tone={SYSTEM_TONES[system.state]} />
            {system.state !== "absent" && <FreshnessChip sources={system.freshness} />}
          </div>
          <p translate="no">{system.sentence}</p>
          <dl className="cr-counts">
            {Object.entries(system.counts).map(([name, count]) => (
              <div key={name}>
                <dt translate="no">{name.replace(/_/g, " ")}</dt>
                <dd translate="no">{formatNumber(count)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
