import TasksIcon from "@patternfly/react-icons/dist/esm/icons/tasks-icon";
import { definePage, segment } from "../../pages/page";
import { oneOf, TABLE_SEARCH } from "../../pages/search";

export const pages = [
  definePage({
    id: "jobs",
    path: "/jobs",
    search: TABLE_SEARCH,
    scope: ["team"],
    title: "nav.jobs",
    navigation: { group: "organisation", order: 15, icon: TasksIcon },
    needs: [["job", "list"]],
    load: async () => (await import("./JobsPage")).JobsPage,
    lists: { jobs: "/jobs" },
  }),
  definePage({
    id: "job",
    path: "/jobs/$job",
    search: { tab: oneOf("summary", "steps") },
    title: "nav.jobs",
    load: async () => (await import("./JobPage")).JobPage,
    rows: { jobs: ({ key }) => `/jobs/${segment(key)}` },
  }),
];
