import "../../i18n/asking";
import "../../i18n/inviting";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "../../api/generated/types.gen";
import { mayUse, useSession } from "../../session/session";
import { SectionNav } from "../../table/SectionNav";

/** A list of the area: its collection, and the kind of its rows; who may not list it has none. */
const GROUPS = [
  {
    id: "subjects",
    lists: [
      { id: "users", kind: "user", href: "/access", title: "access.users" },
      {
        id: "invitations",
        kind: "user",
        verb: "create",
        href: "/access/invitations",
        title: "inviting.list",
      },
      { id: "teams", kind: "team", href: "/access/teams", title: "access.teams" },
      {
        id: "service-accounts",
        kind: "service-account",
        href: "/access/service-accounts",
        title: "access.services",
      },
    ],
  },
  {
    id: "rights",
    lists: [
      { id: "bindings", kind: "binding", href: "/access/bindings", title: "access.bindings" },
      {
        id: "access-requests",
        kind: "access-request",
        href: "/access/requests",
        title: "ask.tab",
      },
      { id: "roles", kind: "role", href: "/access/roles", title: "access.roles" },
      // Everybody may ask; what is answered is limited by what they may read.
      { id: "why", kind: null, href: "/access/why", title: "access.why.title" },
    ],
  },
  {
    id: "signIn",
    lists: [
      {
        id: "identity-providers",
        kind: "identity-provider",
        href: "/access/providers",
        title: "providers.title",
      },
      {
        id: "sign-in-rules",
        kind: "identity-provider",
        href: "/access/sign-in",
        title: "access.signInRules",
      },
      { id: "sessions", kind: "session", href: "/access/sessions", title: "access.sessions" },
      { id: "tokens", kind: "token", href: "/access/tokens", title: "access.tokens" },
    ],
  },
] as const;

type List = (typeof GROUPS)[number]["lists"][number];

const shown = (session: SessionView | null, list: List) =>
  !list.kind || mayUse(session, list.kind, "verb" in list ? list.verb : "list");

/** The lists that the viewer may see, the explainer apart. */
export function useLists() {
  const session = useSession();
  return GROUPS.flatMap(({ lists }): List[] => [...lists]).filter(
    (list) => list.kind && shown(session, list),
  );
}

/** The second column of the area: its lists, as far as the viewer may see them, and the explainer. */
export function AccessSections({ active, children }: { active: string; children: ReactNode }) {
  const { t } = useTranslation();
  const session = useSession();
  const groups = GROUPS.map(({ id, lists }) => ({
    title: t(`access.section.${id}`),
    entries: [...lists]
      .filter((list: List) => shown(session, list))
      .map((list: List) => ({ collection: list.id, title: t(list.title), href: list.href })),
  })).filter(({ entries }) => entries.length > 0);
  return (
    <SectionNav label={t("nav.access")} active={active} groups={groups}>
      {children}
    </SectionNav>
  );
}
