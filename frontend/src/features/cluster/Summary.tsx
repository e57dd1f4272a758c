import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Detail as ObjectDetail, Related } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { RelatedChip } from "../../detail/RelationsStrip";
import { Section } from "../../detail/Section";
import { RecentEvents } from "../../kube/RecentEvents";
import { Notice } from "../../states/Notice";
import { Conditions } from "./Conditions";
import { Containers } from "./Containers";
import { type EventSubjects, listedGroups, toRelated } from "./relations";

export interface SummaryProps {
  detail: ObjectDetail;
  above?: ReactNode;
  podsHaveTab: boolean;
  /** Pages of the images that run, by digest. */
  imagePages: ReadonlyMap<string, string>;
  /** Whose events are its own. */
  subjects: EventSubjects;
}

const MOST_LISTED = 20;

/** The first tab: what runs, what happened, what belongs together, what the controllers say. */
export function Summary({ detail, above, podsHaveTab, imagePages, subjects }: SummaryProps) {
  const { t } = useTranslation();
  return (
    <div className="cr-stack">
      {detail.missing.map((sentence) => (
        <Notice key={sentence} tone="info" title={t("detail.incomplete")} className="cr-notice">
          <span translate="no">{sentence}</span>
        </Notice>
      ))}
      {above}
      {detail.containers.length > 0 && (
        <Section title={t("containers.title")}>
          <Containers containers={detail.containers} imagePages={imagePages} />
        </Section>
      )}
      <RecentEvents
        cluster={detail.cluster}
        namespace={detail.namespace || undefined}
        {...subjects}
      />
      <div className="cr-columns">
        {listedGroups(detail, podsHaveTab).map((group) => (
          <RelatedList
            key={group.title}
            cluster={detail.cluster}
            group={group}
            title={
              podsHaveTab && group.items[0]?.kind === "Pod"
                ? t("detail.podsInTrouble")
                : group.title
            }
          />
        ))}
      </div>
      <Conditions conditions={detail.conditions} />
    </div>
  );
}

interface RelatedListProps {
  cluster: string;
  group: Related;
  title: string;
}

function RelatedList({ cluster, group, title }: RelatedListProps) {
  const { t } = useTranslation();
  const rest = group.items.length - MOST_LISTED;
  return (
    <Section title={<Raw>{title}</Raw>} note={<Raw>{group.items.length}</Raw>}>
      <ul className="cr-list cr-related">
        {group.items.slice(0, MOST_LISTED).map((ref) => (
          <li key={`${ref.kind}/${ref.namespace}/${ref.name}`}>
            <RelatedChip related={toRelated(cluster, ref)} />
            {ref.reason && (
              <span className="cr-related-reason" translate="no" title={ref.reason}>
                {ref.reason}
              </span>
            )}
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="cr-muted">{t("detail.more", { count: rest })}</p>}
      {group.more && <p className="cr-muted">{t("detail.notAll")}</p>}
    </Section>
  );
}
