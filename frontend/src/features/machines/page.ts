import ServerIcon from "@patternfly/react-icons/dist/esm/icons/server-icon";
import { clusterObject } from "../../kube/address";
import { definePage } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "machines",
    path: "/machines",
    search: TABLE_SEARCH,
    title: "nav.machines",
    navigation: { group: "fleet", order: 10, icon: ServerIcon },
    needs: [["machine", "list"]],
    scope: ["cluster", "team"],
    load: async () => (await import("./MachinesPage")).MachinesPage,
    lists: { machines: "/machines" },
    // A machine that only asks for updates is no node: its table is all there is of it.
    rows: {
      machines: ({ cluster, name }) =>
        cluster ? clusterObject(cluster, "nodes", "-", name) : undefined,
    },
  }),
];
