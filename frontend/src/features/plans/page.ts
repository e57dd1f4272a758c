import CalculatorIcon from "@patternfly/react-icons/dist/esm/icons/calculator-icon";
import { definePage } from "../../pages/page";
import { PLANS_SEARCH } from "./search";

export const pages = [
  definePage({
    id: "plans",
    path: "/plans",
    search: PLANS_SEARCH,
    title: "nav.plans",
    navigation: { group: "organisation", order: 60, icon: CalculatorIcon },
    needs: [["plan", "list"]],
    load: async () => (await import("./PlansPage")).PlansPage,
  }),
];
