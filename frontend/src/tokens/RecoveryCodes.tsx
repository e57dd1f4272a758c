import "../i18n/profile";
import "../styles/factors.css";
import { useTranslation } from "react-i18next";
import type { NewTotp } from "../api/generated/types.gen";
import { CopyText } from "../format/CopyButton";
import { Notice } from "../states/Notice";

/** What an app is given: the code to scan, and the same to type. */
export function NewSecret({ begun }: { begun: NewTotp }) {
  const { t } = useTranslation();
  const { qr, secret } = begun;
  return (
    <>
      <p>{t("account.app.add.scan")}</p>
      <img className="cr-qr" src={qr} alt={t("account.app.add.qr")} />
      <p>{t("account.app.add.type")}</p>
      <p>
        <code className="cr-secret" translate="no" data-secret>
          {secret.match(/.{1,4}/g)?.join(" ")}
        </code>
      </p>
      <CopyText text={secret} label={t("account.app.add.copy")} />
    </>
  );
}

/** Ten codes, told this one time. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <Notice tone="warning" title={t("account.codes.once")}>
      <p>{t("account.codes.keep")}</p>
      <ul className="cr-codes" aria-label={t("account.codes.title")}>
        {codes.map((code) => (
          <li key={code}>
            <code className="cr-secret" translate="no" data-secret>
              {code}
            </code>
          </li>
        ))}
      </ul>
      <CopyText text={codes.join("\n")} label={t("account.codes.copy")} />
    </Notice>
  );
}
