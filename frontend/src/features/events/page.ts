import HistoryIcon from "@patternfly/react-icons/dist/esm/icons/history-icon";
import { hrefOfEvent } from "../../kube/events";
import { definePage } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "events",
    path: "/events",
    search: TABLE_SEARCH,
    title: "nav.events",
    navigation: { group: "now", order: 20, icon: HistoryIcon },
    scope: ["cluster", "namespace", "team"],
    load: async () => (await import("./EventsPage")).EventsPage,
    lists: { events: "/events" },
    rows: { events: hrefOfEvent },
  }),
];
