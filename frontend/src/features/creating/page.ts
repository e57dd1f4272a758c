import { definePage } from "../../pages/page";
import { text } from "../../pages/search";

export const pages = [
  definePage({
    id: "create",
    path: "/create",
    search: { cluster: text, namespace: text },
    title: "create.title",
    load: async () => (await import("./CreatePage")).CreatePage,
    commands: [
      { id: "create.yaml", title: "create.title", href: "/create", needs: ["workload", "create"] },
    ],
  }),
];
