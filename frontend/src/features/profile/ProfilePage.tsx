import "../../i18n/asking";
import "../../i18n/later";
import "../../i18n/profile";
import { useTranslation } from "react-i18next";
import { part, usePart } from "../../overlay/part";
import { useAddress } from "../../pages/useAddress";
import { useSession } from "../../session/session";
import { PageHeader } from "../../shell/PageHeader";
import { PageTabs } from "../../shell/PageTabs";
import { OwnRequests } from "./OwnRequests";
import { OwnSessions } from "./OwnSessions";
import { OwnTokens } from "./OwnTokens";

const OTHERS = ["sessions", "requests", "sign-in"] as const;

const signInPart = part(async () => (await import("./OwnSignIn")).OwnSignIn);

/** What is one's own: tokens, where one is signed in and how, what one asked for. */
export function ProfilePage() {
  const { t } = useTranslation();
  const { tab } = useAddress<"tab">();
  const session = useSession();
  const active = OTHERS.find((other) => other === tab) ?? "tokens";
  const OwnSignIn = usePart(signInPart, active === "sign-in");
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
          { id: "requests", href: "/profile/requests", title: t("ask.tab") },
          { id: "sign-in", href: "/profile/sign-in", title: t("profile.signIn") },
        ]}
      />
      <div className="cr-stack cr-below-tabs">
        {active === "tokens" && <OwnTokens />}
        {active === "sessions" && <OwnSessions />}
        {active === "requests" && <OwnRequests />}
        {active === "sign-in" && OwnSignIn && <OwnSignIn />}
      </div>
    </section>
  );
}
