import { Button } from "@patternfly/react-core";
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import CopyIcon from "@patternfly/react-icons/dist/esm/icons/copy-icon";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

/** Whether the text was copied within the last moments, and how to copy it. */
function useCopy(text: string): [copied: boolean, copy: () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, () => void navigator.clipboard.writeText(text).then(() => setCopied(true))];
}

/** Copies `text` by a button with words; says so for a moment. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [copied, copy] = useCopy(text);
  return (
    <Button
      variant="link"
      size="sm"
      icon={copied ? <CheckIcon /> : <CopyIcon />}
      onClick={copy}
      aria-live="polite"
    >
      {copied ? t("copy.done") : label}
    </Button>
  );
}

/** Copies `text`; says so for a moment. `what` names a text too long to be its own name. */
export function CopyButton({ text, what }: { text: string; what?: string }) {
  const { t } = useTranslation();
  const [copied, copy] = useCopy(text);
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
        copy();
      }}
    />
  );
}
