import TachometerIcon from "@patternfly/react-icons/dist/esm/icons/tachometer-alt-icon";
import { definePage } from "../../pages/page";
import { OverviewPage } from "./OverviewPage";

export const pages = [
  definePage({
    id: "overview",
    path: "/",
    title: "nav.overview",
    navigation: { group: "now", order: 10, icon: TachometerIcon },
    scope: ["cluster", "namespace", "team"],
    // Not loaded on demand: it is in the first file anyway, and a file that leads there is a request.
    load: async () => OverviewPage,
    lists: { problems: "/" },
  }),
];
