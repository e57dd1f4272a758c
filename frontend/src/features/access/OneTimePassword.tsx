import { useTranslation } from "react-i18next";
import type { OneTimePassword as Made } from "../../api/generated/types.gen";
import { CopyText } from "../../format/CopyButton";
import { Notice } from "../../states/Notice";

/** A password that is good once: it is told this one time. */
export function OneTimePassword({ made }: { made: Made }) {
  const { t } = useTranslation();
  return (
    <>
      <Notice tone="warning" title={t("access.password.once")}>
        <p>
          <code className="cr-secret" translate="no" data-secret>
            {made.password}
          </code>
        </p>
        <CopyText text={made.password} label={t("access.password.copy")} />
      </Notice>
      <p>{t("access.password.ended", { count: made.sessions_ended })}</p>
    </>
  );
}
