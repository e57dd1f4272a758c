import { useTranslation } from "react-i18next";
import type { KeyState } from "../../../api/generated/types.gen";
import { formatBytes } from "../../../format/numbers";
import { Notice } from "../../../states/Notice";

/** What is to be known of a key before it is changed: what is not shown, how long it stays. */
export function KeyFacts({ state }: { state: KeyState }) {
  const { t } = useTranslation();
  const { present, hidden, lease, ttl, size, version } = state;
  if (!present) return <Notice tone="warning" plain title={t("keys.facts.gone")} />;
  return (
    <>
      <p>
        {t("keys.facts.is", { size: formatBytes(size), revision: version })}
        {lease !== "" && ` ${t("keys.facts.lease", { lease, ttl: ttl ?? "?" })}`}
      </p>
      {hidden !== "" && (
        <Notice tone="info" plain title={t("keys.facts.hidden")}>
          <span translate="no">{hidden}</span>
        </Notice>
      )}
    </>
  );
}
