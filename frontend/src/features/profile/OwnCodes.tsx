import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { Section } from "../../detail/Section";
import { newRecoveryCodes } from "./authenticator";

/** What stands for a second factor that is not at hand. */
export function OwnCodes({ left }: { left: number }) {
  const { t } = useTranslation();
  return (
    <Section title={t("account.codes.title")}>
      <p>{t("account.codes.left", { count: left })}</p>
      <div className="cr-actions">
        <ActionButton action={newRecoveryCodes} target={null} name="" />
      </div>
    </Section>
  );
}
