import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "../../detail/DetailStates";
import { Facts, Raw } from "../../detail/Facts";
import { RelatedChip } from "../../detail/RelationsStrip";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { CopyButton } from "../../format/CopyButton";
import { Conditions } from "./Conditions";
import { toRelated } from "./relations";
import type { ObjectDetail, RelatedGroup } from "./types";

/** The first tab: what is worth knowing, what belongs together, what the controllers say. */
export function Summary({ detail, above }: { detail: ObjectDetail; above?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
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
                  [<Raw key={label}>{label}</Raw>, <Raw key={value}>{value}</Raw>] as const,
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
        {detail.related.map((group) => (
          <RelatedList key={group.title} cluster={detail.cluster} group={group} />
        ))}
      </div>
      <Conditions conditions={detail.conditions} />
    </>
  );
}

function RelatedList({ cluster, group }: { cluster: string; group: RelatedGroup }) {
  const { t } = useTranslation();
  if (group.items.length === 0) return null;
  return (
    <Section title={<Raw>{group.title}</Raw>} note={<Raw>{group.items.length}</Raw>}>
      <ul className="cr-list cr-related">
        {group.items.map((ref) => (
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
      {group.more && <p className="cr-muted">{t("detail.notAll")}</p>}
    </Section>
  );
}
