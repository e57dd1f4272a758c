import { useTranslation } from "react-i18next";
import type { Detail as ObjectDetail } from "../../api/generated/types.gen";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { CopyButton } from "../../format/CopyButton";
import { readableQuantity } from "../../format/numbers";
import { LabelSets } from "../../kube/LabelSets";

/** The right of an object's page: facts, labels, and at the end what only tools ask for. */
export function Rail({ detail }: { detail: ObjectDetail }) {
  const { t } = useTranslation();
  return (
    <>
      <Section title={t("detail.facts")}>
        <Facts
          facts={[
            ...detail.facts.map(
              ({ label, value }) =>
                [
                  <Raw key={label}>{label}</Raw>,
                  <Raw key={value}>{readableQuantity(value)}</Raw>,
                ] as const,
            ),
            [t("detail.created"), detail.created !== null && <Age at={detail.created} />],
          ]}
        />
      </Section>
      <LabelSets labels={detail.labels} annotations={detail.annotations} />
      <Facts
        facts={[
          [t("detail.apiVersion"), <Raw key="api">{detail.api_version}</Raw>],
          [
            t("detail.uid"),
            <span key="uid" className="cr-opaque" translate="no">
              {detail.uid} <CopyButton text={detail.uid} />
            </span>,
          ],
        ]}
      />
    </>
  );
}
