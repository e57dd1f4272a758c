import ChartBarIcon from "@patternfly/react-icons/dist/esm/icons/chart-bar-icon";
import { definePage } from "../../pages/page";
import { METERING_SEARCH } from "./search";

export const pages = [
  definePage({
    id: "metering",
    path: "/metering",
    search: METERING_SEARCH,
    title: "nav.metering",
    navigation: { group: "organisation", order: 50, icon: ChartBarIcon },
    needs: [["plan", "list"]],
    load: async () => (await import("./MeteringPage")).MeteringPage,
  }),
];
