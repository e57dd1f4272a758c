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
            {countsOf(system).map(({ name, count, unhealthy }) => (
              <div key={name}>
                <dt translate="no">{name.replace(/_/g, " ")}</dt>
                <dd>
                  <span translate="no">{formatNumber(count)}</span>
                </dd>
                {unhealthy > 0 && (
                  <dd className="cr-count-bad">{t("overview.unhealthy", { count: unhealthy })}</dd>
                )}
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

const UNHEALTHY = "_unhealthy";

/** Each count with how many of it are not well, which the server sends beside it. */
function countsOf({ counts }: SystemHealth) {
  return Object.entries(counts)
    .filter(([name]) => !name.endsWith(UNHEALTHY))
    .map(([name, count]) => ({ name, count, unhealthy: counts[name + UNHEALTHY] ?? 0 }));
}
