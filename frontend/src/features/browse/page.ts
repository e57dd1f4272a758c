import { definePage } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "browse",
    path: "/browse/$collection",
    search: TABLE_SEARCH,
    title: "nav.browse",
    scope: ["cluster", "namespace", "team"],
    load: async () => (await import("./BrowsePage")).BrowsePage,
  }),
];
