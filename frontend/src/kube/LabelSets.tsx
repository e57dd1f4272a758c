import { useTranslation } from "react-i18next";
import { Raw } from "../detail/Facts";
import { Section } from "../detail/Section";
import { CopyButton } from "../format/CopyButton";

/** Labels and annotations in full, each copied with one click. */
export function LabelSets({
  labels,
  annotations,
}: {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}) {
  const { t } = useTranslation();
  return (
    <>
      <LabelSet title={t("detail.labels")} labels={labels} />
      <LabelSet title={t("detail.annotations")} labels={annotations} />
    </>
  );
}

function LabelSet({ title, labels }: { title: string; labels: Readonly<Record<string, string>> }) {
  const entries = Object.entries(labels).sort(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return null;
  return (
    <Section title={title} note={<Raw>{entries.length}</Raw>}>
      <ul className="cr-list cr-pairs">
        {entries.map(([key, value]) => (
          <li key={key} translate="no">
            <span className="cr-pair-key">{key}</span>
            <span className="cr-pair-value">
              {value}
              <CopyButton text={value === "" ? key : `${key}=${value}`} what={key} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
