import UsersIcon from "@patternfly/react-icons/dist/esm/icons/users-icon";
import { part } from "../../overlay/part";
import { definePage, segment } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";
import { NEW_PROVIDER_SEARCH, PROVIDER_SEARCH } from "./providerSearch";

export const pages = [
  definePage({
    id: "access-why",
    path: "/access/why",
    title: "nav.access",
    load: async () => (await import("./WhyPage")).WhyPage,
    commands: [{ id: "access.why", title: "nav.why", href: "/access/why" }],
  }),
  definePage({
    id: "access-rules",
    path: "/access/sign-in",
    title: "nav.access",
    load: async () => (await import("./RulesPage")).RulesPage,
  }),
  definePage({
    id: "access",
    path: "/access/{-$tab}",
    search: TABLE_SEARCH,
    title: "nav.access",
    navigation: {
      group: "organisation",
      order: 10,
      icon: UsersIcon,
      badge: {
        needs: ["access-request", "approve"],
        part: part(async () => (await import("./PendingRequests")).PendingRequests),
      },
    },
    needs: [
      ["user", "list"],
      ["binding", "list"],
      ["team", "list"],
      ["service-account", "list"],
      ["role", "list"],
      ["token", "list"],
      ["session", "list"],
      ["identity-provider", "list"],
      ["access-request", "list"],
    ],
    load: async () => (await import("./AccessPage")).AccessPage,
    lists: {
      users: "/access/users",
      bindings: "/access/bindings",
      roles: "/access/roles",
      teams: "/access/teams",
      "service-accounts": "/access/service-accounts",
      tokens: "/access/tokens",
      sessions: "/access/sessions",
      "identity-providers": "/access/providers",
      "access-requests": "/access/requests",
      invitations: "/access/invitations",
    },
    commands: [
      {
        id: "providers.add",
        title: "providers.add",
        href: "/access/providers/new",
        needs: ["identity-provider", "create"],
      },
    ],
  }),
  definePage({
    id: "role",
    path: "/access/roles/$name",
    title: "nav.access",
    load: async () => (await import("./RolePage")).RolePage,
    rows: { roles: (row) => `/access/roles/${segment(row.name)}` },
  }),
  definePage({
    id: "start",
    path: "/start",
    title: "nav.start",
    load: async () => (await import("./start/StartPage")).StartPage,
    commands: [
      { id: "start", title: "nav.start", href: "/start", needs: ["identity-provider", "create"] },
    ],
  }),
  definePage({
    id: "identity-provider-new",
    path: "/access/providers/new",
    search: NEW_PROVIDER_SEARCH,
    title: "providers.add",
    load: async () => (await import("./NewProviderPage")).NewProviderPage,
  }),
  definePage({
    id: "identity-provider",
    path: "/access/providers/$name",
    search: PROVIDER_SEARCH,
    title: "providers.title",
    load: async () => (await import("./ProviderPage")).ProviderPage,
    rows: { "identity-providers": (row) => `/access/providers/${segment(row.name)}` },
  }),
];
