import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "../../detail/DetailStates";
import { Facts, Raw } from "../../detail/Facts";
import { RelatedChip } from "../../detail/RelationsStrip";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { CopyButton } from "../../format/CopyButton";
import { formatBytes } from "../../format/numbers";
import { Conditions } from "./Conditions";
import { listedGroups, toRelated } from "./relations";
import type { ObjectDetail, RelatedGroup } from "./types";

export interface SummaryProps {
  detail: ObjectDetail;
  above?: ReactNode;
  podsHaveTab: boolean;
}

const MOST_LISTED = 20;

/** The first tab: what is worth knowing, what belongs together, what the controllers say. */
export function Summary({ detail, above, podsHaveTab }: SummaryProps) {
  const { t } = useTranslation();
  return (
    <div className="cr-stack">
      {detail.missing.map((sentence) => (
        <Notice key={sentence} tone="info" title={t("detail.incomplete")}>
          {sentence}
        </Notice>
      ))}
      {above}
      <div className="cr-columns">
        <Section title={t("detail.facts")}>
          <Facts
            facts={[
              ...detail.facts.map(
                ({ label, value }) =>
                  [
                    <Raw key={label}>{label}</Raw>,
                    <Raw key={value}>{readable(value)}</Raw>,
                  ] as const,
              ),
              [t("detail.created"), detail.created !== null && <Age at={detail.created} />],
              [t("detail.apiVersion"), <Raw key="api">{detail.api_version}</Raw>],
              [
                t("detail.uid"),
                <span key="uid" className="cr-opaque" translate="no">
                  {detail.uid} <CopyButton text={detail.uid} />
                </span>,
              ],
            ]}
          />
        </Section>
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
  group: RelatedGroup;
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

/** Amounts as the API server writes them (`32654432Ki`), in a unit a person reads. */
function readable(value: string): string {
  const kibibytes = /^(\d+)Ki$/.exec(value)?.[1];
  return kibibytes ? formatBytes(Number(kibibytes) * 1024) : value;
}
