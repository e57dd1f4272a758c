import { useTranslation } from "react-i18next";
import { mayUse, useSession } from "../../session/session";
import { PageTabs } from "../../shell/PageTabs";

/** The lists of the page: a collection, and the kind of its rows; who may not list it has no tab. */
const LISTS = [
  { id: "users", kind: "user", href: "/access", title: "access.users" },
  { id: "teams", kind: "team", href: "/access/teams", title: "access.teams" },
  {
    id: "service-accounts",
    kind: "service-account",
    href: "/access/service-accounts",
    title: "access.services",
  },
  { id: "bindings", kind: "binding", href: "/access/bindings", title: "access.bindings" },
  { id: "roles", kind: "role", href: "/access/roles", title: "access.roles" },
  { id: "tokens", kind: "token", href: "/access/tokens", title: "access.tokens" },
  {
    id: "identity-providers",
    kind: "identity-provider",
    href: "/access/providers",
    title: "providers.title",
  },
  { id: "sessions", kind: "session", href: "/access/sessions", title: "access.sessions" },
] as const;

/** The lists that the viewer may see. */
export function useLists() {
  const session = useSession();
  return LISTS.filter(({ kind }) => mayUse(session, kind));
}

/** The tabs of the page: its lists, as far as the viewer may see them, and the explainer. */
export function AccessTabs({ active }: { active: string }) {
  const { t } = useTranslation();
  const lists = useLists().map(({ id, href, title }) => ({ id, href, title: t(title) }));
  const why = { id: "why", href: "/access/why", title: t("access.why.title") };
  return <PageTabs label={t("nav.access")} active={active} tabs={[...lists, why]} />;
}
