import "../../styles/factors.css";
import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { BreakGlassCode } from "../../api/generated/types.gen";
import { CopyText } from "../../format/CopyButton";
import { Notice } from "../../states/Notice";

interface PrintedCodeProps {
  made: Pick<BreakGlassCode, "login" | "code">;
  recovery: readonly string[];
}

/** What is printed and put into a safe: told this one time. */
export function PrintedCode({ made: { login, code }, recovery }: PrintedCodeProps) {
  const { t } = useTranslation();
  return (
    <Notice tone="warning" title={t("rules.glass.once")}>
      <div className="cr-sheet">
        <p>{t("rules.glass.sheet", { address: window.location.origin, login })}</p>
        <p>
          <code className="cr-secret" translate="no" data-secret>
            {code}
          </code>
        </p>
        {recovery.length > 0 && (
          <>
            <p>{t("rules.glass.recovery")}</p>
            <ul className="cr-codes" aria-label={t("account.codes.title")}>
              {recovery.map((one) => (
                <li key={one}>
                  <code className="cr-secret" translate="no" data-secret>
                    {one}
                  </code>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <div className="cr-actions">
        <Button variant="secondary" onClick={() => window.print()}>
          {t("rules.glass.print")}
        </Button>
        <CopyText text={code} label={t("rules.glass.copy")} />
      </div>
    </Notice>
  );
}
