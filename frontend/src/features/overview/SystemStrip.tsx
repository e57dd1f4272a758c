import { useTranslation } from "react-i18next";
import type { SystemView } from "../../api/generated/types.gen";
import { AppLink } from "../../shell/AppLink";
import { SYSTEM_TONES } from "../../shell/Pulse";
import { ToneIcon } from "../../status/Status";

/** One line per system: how it is in a sentence. Freshness and counts are behind the lamps. */
export function SystemStrip({ systems }: { systems: readonly SystemView[] }) {
  const { t } = useTranslation();
  return (
    <ul className="cr-systems" aria-label={t("overview.systems")}>
      {systems.map((system) => (
        <li
          key={system.name}
          className="cr-system"
          data-system={system.name}
          data-state={system.state}
        >
          <ToneIcon tone={SYSTEM_TONES[system.state]} />
          <span className="cr-system-name">
            <AppLink href={system.link}>{t(`system.${system.name}`)}</AppLink>
            <span className="pf-v6-screen-reader">{t(`systemState.${system.state}`)}</span>
          </span>
          <span className="cr-system-sentence" translate="no" title={system.sentence}>
            {system.sentence}
          </span>
        </li>
      ))}
    </ul>
  );
}
