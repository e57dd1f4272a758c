import { useTranslation } from "react-i18next";
import type { OverviewView } from "../../api/generated/types.gen";
import { Age } from "../../format/Age";
import { hrefOfRow } from "../../pages/registry";
import { AppLink } from "../../shell/AppLink";
import { SEVERITY_TONES, ToneIcon } from "../../status/Status";

/** What just changed, newest first, from every system. */
export function RecentList({ recent }: { recent: OverviewView["recent"] }) {
  const { t } = useTranslation();
  return (
    <section className="cr-panel-box" aria-labelledby="cr-recent-title">
      <h2 id="cr-recent-title">
        {t("overview.recent")} <AppLink href="/events">{t("overview.allEvents")}</AppLink>
      </h2>
      {recent.length === 0 && <p className="cr-muted">{t("overview.noRecent")}</p>}
      <ul className="cr-lines">
        {recent.map((event) => (
          <li key={`${event.at} ${event.reason} ${event.kind} ${event.name}`}>
            <RecentLine event={event} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RecentLine({ event }: { event: OverviewView["recent"][number] }) {
  const { severity, source, cluster, namespace, kind, name, reason, message, at } = event;
  const row = { key: "", source, cluster, namespace, object_kind: kind, object_name: name };
  return (
    <div className="cr-line cr-line-recent">
      {severity === "normal" ? <span /> : <ToneIcon tone={SEVERITY_TONES[severity]} />}
      <span className="cr-line-what">
        <AppLink href={hrefOfRow("events", row) ?? "/events"} title={`${kind} ${name}`}>
          <span translate="no">{name || kind}</span>
        </AppLink>
      </span>
      <span className="cr-line-why" translate="no" title={`${reason}: ${message}`}>
        {message || reason}
      </span>
      <span className="cr-line-end">
        <Age at={at} />
      </span>
    </div>
  );
}
