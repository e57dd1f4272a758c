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
    <div className="cr-columns">
      <LabelSet title={t("detail.labels")} labels={labels} />
      <LabelSet title={t("detail.annotations")} labels={annotations} />
    </div>
  );
}

function LabelSet({ title, labels }: { title: string; labels: Readonly<Record<string, string>> }) {
  const { t } = useTranslation();
  const entries = Object.entries(labels).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Section title={title} note={entries.length > 0 && <Raw>{entries.length}</Raw>}>
      {entries.length === 0 && <p className="cr-muted">{t("detail.none")}</p>}
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
