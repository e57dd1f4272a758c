import { useTranslation } from "react-i18next";
import { CopyText } from "../format/CopyButton";
import { Notice } from "../states/Notice";

/** The secret of a token just made: it is told this one time. */
export function Secret({ secret }: { secret: string }) {
  const { t } = useTranslation();
  return (
    <Notice tone="warning" title={t("tokens.once")}>
      <p>
        <code className="cr-secret" translate="no" data-secret>
          {secret}
        </code>
      </p>
      <CopyText text={secret} label={t("tokens.copy")} />
      <p>{t("tokens.use")}</p>
    </Notice>
  );
}
