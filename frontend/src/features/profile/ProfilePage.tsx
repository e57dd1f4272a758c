import "../../i18n/later";
import { useTranslation } from "react-i18next";
import { useAddress } from "../../pages/useAddress";
import { useSession } from "../../session/session";
import { PageHeader } from "../../shell/PageHeader";
import { PageTabs } from "../../shell/PageTabs";
import { OwnSessions } from "./OwnSessions";
import { OwnTokens } from "./OwnTokens";

/** What is one's own: tokens, and where one is signed in. */
export function ProfilePage() {
  const { t } = useTranslation();
  const { tab } = useAddress<"tab">();
  const session = useSession();
  const active = tab === "sessions" ? "sessions" : "tokens";
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
        ]}
      />
      <div className="cr-stack cr-below-tabs">
        {active === "tokens" ? <OwnTokens /> : <OwnSessions />}
      </div>
    </section>
  );
}
