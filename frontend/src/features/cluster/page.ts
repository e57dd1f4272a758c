import { CLUSTER_KINDS, objectOfRow } from "../../kube/address";
import { definePage } from "../../pages/page";
import { flag, oneOf } from "../../pages/search";

export const pages = [
  definePage({
    id: "object",
    path: "/clusters/$cluster/$kind/$namespace/$name",
    search: {
      tab: oneOf("summary", "objects", "pods", "logs", "terminal", "events", "yaml"),
      edit: flag,
    },
    title: "nav.workloads",
    load: async () => (await import("./ObjectPage")).ObjectPage,
    rows: Object.fromEntries(
      CLUSTER_KINDS.map((collection) => [collection, (row) => objectOfRow(collection, row)]),
    ),
  }),
];
