import TachometerIcon from "@patternfly/react-icons/dist/esm/icons/tachometer-alt-icon";
import { definePage } from "../../pages/page";

export const pages = [
  definePage({
    id: "overview",
    path: "/",
    title: "nav.overview",
    navigation: { group: "now", order: 10, icon: TachometerIcon },
    scope: ["cluster", "namespace"],
    load: async () => (await import("./OverviewPage")).OverviewPage,
    lists: { problems: "/" },
  }),
];
