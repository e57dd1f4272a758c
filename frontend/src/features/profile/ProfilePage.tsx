import "../../i18n/later";
import "../../i18n/profile";
import { useTranslation } from "react-i18next";
import { useAddress } from "../../pages/useAddress";
import { useSession } from "../../session/session";
import { PageHeader } from "../../shell/PageHeader";
import { PageTabs } from "../../shell/PageTabs";
import { OwnSessions } from "./OwnSessions";
import { OwnSignIn } from "./OwnSignIn";
import { OwnTokens } from "./OwnTokens";

/** What is one's own: tokens, where one is signed in, and how. */
export function ProfilePage() {
  const { t } = useTranslation();
  const { tab } = useAddress<"tab">();
  const session = useSession();
  const active = tab === "sessions" || tab === "sign-in" ? tab : "tokens";
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader
        title={t("profile.title")}
        sentence={t("profile.sentence", { name: session?.name || session?.login })}
      />
      <PageTabs
        label={t("profile.title")}
        active={active}
        tabs={[
          { id: "tokens", href: "/profile", title: t("profile.tokens") },
          { id: "sessions", href: "/profile/sessions", title: t("profile.sessions") },
          { id: "sign-in", href: "/profile/sign-in", title: t("profile.signIn") },
        ]}
      />
      <div className="cr-stack cr-below-tabs">
        {active === "tokens" && <OwnTokens />}
        {active === "sessions" && <OwnSessions />}
        {active === "sign-in" && <OwnSignIn />}
      </div>
    </section>
  );
}
