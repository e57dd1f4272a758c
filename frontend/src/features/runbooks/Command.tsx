import { useTranslation } from "react-i18next";
import { CopyText } from "../../format/CopyButton";

/** What a person runs by hand, to be copied. */
export function Command({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <div className="cr-runbook-command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre translate="no" tabIndex={0}>
        {text}
      </pre>
      <CopyText text={text} label={t("runbook.copy")} />
    </div>
  );
}
