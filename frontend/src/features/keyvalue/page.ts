import DatabaseIcon from "@patternfly/react-icons/dist/esm/icons/database-icon";
import { definePage, segment } from "../../pages/page";
import { KEY_SEARCH, STORE_SEARCH } from "./search";

export const pages = [
  definePage({
    id: "keyvalue",
    path: "/key-value/{-$tab}",
    search: STORE_SEARCH,
    scope: ["team"],
    title: "nav.keyvalue",
    navigation: { group: "fleet", order: 30, icon: DatabaseIcon },
    needs: [
      ["etcdmember", "list"],
      ["key", "list"],
    ],
    load: async () => (await import("./KeyValuePage")).KeyValuePage,
    lists: { "etcd-members": "/key-value", keys: "/key-value/keys" },
  }),
  definePage({
    id: "key-import",
    path: "/key-value/$etcd/import",
    title: "nav.keyvalue",
    load: async () => (await import("./importing/ImportPage")).ImportPage,
  }),
  definePage({
    id: "key",
    path: "/key-value/$etcd/value",
    search: KEY_SEARCH,
    title: "nav.keyvalue",
    load: async () => (await import("./KeyPage")).KeyPage,
    rows: {
      keys: (row) =>
        `/key-value/${segment(row.cluster ?? row.etcd)}/value?key=${segment(row.path ?? row.key)}`,
    },
  }),
];
