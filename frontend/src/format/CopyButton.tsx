import { Button } from "@patternfly/react-core";
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import CopyIcon from "@patternfly/react-icons/dist/esm/icons/copy-icon";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

/** Copies `text`; says so for a moment. `what` names a text too long to be its own name. */
export function CopyButton({ text, what }: { text: string; what?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      variant="plain"
      size="sm"
      className="cr-copy"
      aria-label={copied ? t("copy.done") : t("copy.do", { text: what ?? text })}
      title={copied ? t("copy.done") : t("copy.do", { text: what ?? text })}
      icon={copied ? <CheckIcon /> : <CopyIcon />}
      onClick={(event) => {
        event.stopPropagation();
        void navigator.clipboard.writeText(text).then(() => setCopied(true));
      }}
    />
  );
}
