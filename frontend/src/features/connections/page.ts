import PluggedIcon from "@patternfly/react-icons/dist/esm/icons/plugged-icon";
import { definePage, segment } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "connections",
    path: "/connections",
    search: TABLE_SEARCH,
    title: "nav.connections",
    navigation: { group: "organisation", order: 20, icon: PluggedIcon },
    needs: [["connection", "list"]],
    load: async () => (await import("./ConnectionsPage")).ConnectionsPage,
    lists: { connections: "/connections" },
    commands: [
      {
        id: "connections.add",
        title: "connections.add",
        href: "/connections/new",
        needs: ["connection-settings", "create"],
      },
    ],
  }),
  definePage({
    id: "connection-new",
    path: "/connections/new",
    title: "connections.add",
    load: async () => (await import("./NewConnectionPage")).NewConnectionPage,
  }),
  definePage({
    id: "connection",
    path: "/connections/$kind/$name",
    title: "nav.connections",
    load: async () => (await import("./ConnectionPage")).ConnectionPage,
    rows: { connections: (row) => `/connections/${segment(row.kind)}/${segment(row.name)}` },
  }),
];
