import { useTranslation } from "react-i18next";
import type { MadeInvitation } from "../../api/generated/types.gen";
import { CopyText } from "../../format/CopyButton";
import { formatExact } from "../../format/time";
import { Notice } from "../../states/Notice";

/** The link of an invitation just made: it is told this one time. */
export function Invited({ made: { link, expires } }: { made: MadeInvitation }) {
  const { t } = useTranslation();
  return (
    <Notice tone="warning" title={t("inviting.once")}>
      <p>
        <code className="cr-secret" translate="no" data-secret>
          {link}
        </code>
      </p>
      <CopyText text={link} label={t("inviting.copy")} />
      <p>{t("inviting.use", { end: formatExact(expires) })}</p>
    </Notice>
  );
}
