import CubesIcon from "@patternfly/react-icons/dist/esm/icons/cubes-icon";
import { CLUSTER_KINDS } from "../../kube/address";
import { definePage } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "workloads",
    path: "/workloads/{-$kind}",
    search: TABLE_SEARCH,
    title: "nav.workloads",
    navigation: { group: "software", order: 10, icon: CubesIcon },
    needs: [
      ["workload", "list"],
      ["pod", "list"],
    ],
    scope: ["cluster", "namespace", "team"],
    load: async () => (await import("./WorkloadsPage")).WorkloadsPage,
    lists: Object.fromEntries(CLUSTER_KINDS.map((kind) => [kind, `/workloads/${kind}`])),
  }),
];
