import TasksIcon from "@patternfly/react-icons/dist/esm/icons/tasks-icon";
import { definePage, segment } from "../../pages/page";

export const pages = [
  definePage({
    id: "jobs",
    path: "/jobs",
    title: "nav.jobs",
    navigation: { group: "organisation", order: 15, icon: TasksIcon },
    needs: [["job", "list"]],
    load: async () => (await import("./JobsPage")).JobsPage,
    lists: { jobs: "/jobs" },
  }),
  definePage({
    id: "job",
    path: "/jobs/$job",
    title: "nav.jobs",
    load: async () => (await import("./JobPage")).JobPage,
    rows: { jobs: ({ key }) => `/jobs/${segment(key)}` },
  }),
];
