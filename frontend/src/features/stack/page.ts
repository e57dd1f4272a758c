import TasksIcon from "@patternfly/react-icons/dist/esm/icons/tasks-icon";
import { definePage } from "../../pages/page";

export const pages = [
  definePage({
    id: "stack",
    path: "/stack",
    title: "nav.stack",
    navigation: { group: "organisation", order: 90, icon: TasksIcon },
    needs: [["stack", "list"]],
    load: async () => (await import("./StackPage")).StackPage,
  }),
];
