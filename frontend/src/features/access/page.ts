import UsersIcon from "@patternfly/react-icons/dist/esm/icons/users-icon";
import { definePage } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "access",
    path: "/access/{-$tab}",
    search: TABLE_SEARCH,
    title: "nav.access",
    navigation: { group: "organisation", order: 10, icon: UsersIcon },
    needs: [
      ["user", "list"],
      ["binding", "list"],
      ["service-account", "list"],
      ["token", "list"],
      ["session", "list"],
    ],
    load: async () => (await import("./AccessPage")).AccessPage,
    lists: {
      users: "/access/users",
      bindings: "/access/bindings",
      "service-accounts": "/access/service-accounts",
      tokens: "/access/tokens",
      sessions: "/access/sessions",
    },
  }),
];
