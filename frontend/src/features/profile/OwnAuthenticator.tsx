import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import type { AccountView } from "../../api/generated/types.gen";
import { Facts } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { addAuthenticator, removeAuthenticator } from "./authenticator";

/** The authenticator app that signing in with the password asks for a code of. */
export function OwnAuthenticator({ account }: { account: AccountView }) {
  const { t } = useTranslation();
  const { authenticator } = account;
  return (
    <Section title={t("account.app.title")}>
      <p>{t(authenticator ? "account.app.is" : "account.app.none")}</p>
      {authenticator && (
        <Facts
          facts={[
            [t("account.app.since"), <Age key="since" at={authenticator.created} />],
            [t("account.app.used"), authenticator.used && <Age at={authenticator.used} />],
          ]}
        />
      )}
      <div className="cr-actions">
        {authenticator ? (
          <ActionButton action={removeAuthenticator} target={null} name="" />
        ) : (
          <ActionButton action={addAuthenticator} target={NOTHING} name="" />
        )}
      </div>
    </Section>
  );
}

/** Until its dialogue is open, nothing is begun. */
const NOTHING = { state: "", secret: "", uri: "", qr: "", until: 0 };
