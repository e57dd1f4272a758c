import ClipboardListIcon from "@patternfly/react-icons/dist/esm/icons/clipboard-list-icon";
import { definePage } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "activity",
    path: "/activity",
    search: TABLE_SEARCH,
    scope: ["team"],
    title: "nav.activity",
    navigation: { group: "organisation", order: 20, icon: ClipboardListIcon },
    needs: [["activity", "list"]],
    load: async () => (await import("./ActivityPage")).ActivityPage,
    lists: { activity: "/activity" },
  }),
];
