import { definePage } from "../../pages/page";

export const pages = [
  definePage({
    id: "browse",
    path: "/browse/$collection",
    title: "nav.browse",
    scope: ["cluster", "namespace"],
    load: async () => (await import("./BrowsePage")).BrowsePage,
  }),
];
