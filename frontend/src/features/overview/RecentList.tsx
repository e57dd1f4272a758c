import { useTranslation } from "react-i18next";
import type { Overview } from "../../api/types";
import { Age } from "../../format/Age";
import { AppLink } from "../../shell/AppLink";
import { ToneIcon } from "../../status/Status";
import { SEVERITY_TONES } from "./ProblemList";

/** What just changed, newest first, from every system. */
export function RecentList({ recent }: { recent: Overview["recent"] }) {
  const { t } = useTranslation();
  return (
    <section className="cr-panel-box" aria-labelledby="cr-recent-title">
      <h2 id="cr-recent-title">
        {t("overview.recent")} <AppLink href="/events">{t("overview.allEvents")}</AppLink>
      </h2>
      {recent.length === 0 && <p className="cr-muted">{t("overview.noRecent")}</p>}
      <ul className="cr-lines">
        {recent.map((event) => (
          <li key={`${event.at} ${event.title} ${event.source}`} className="cr-line">
            <ToneIcon tone={SEVERITY_TONES[event.severity]} />
            <AppLink href={event.link} className="cr-line-title">
              <span translate="no">{event.title}</span>
            </AppLink>
            <span className="cr-muted cr-line-affects" translate="no">
              {event.source}
            </span>
            <span className="cr-line-end">
              <Age at={event.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
