import ArrowCircleUpIcon from "@patternfly/react-icons/dist/esm/icons/arrow-circle-up-icon";
import { definePage } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";
import { TABLES } from "./tables";

export const pages = [
  definePage({
    id: "updates",
    path: "/updates/{-$table}",
    search: TABLE_SEARCH,
    scope: ["team"],
    title: "nav.updates",
    navigation: { group: "fleet", order: 15, icon: ArrowCircleUpIcon },
    needs: [
      ["update-group", "list"],
      ["update-instance", "list"],
      ["update-application", "list"],
    ],
    load: async () => (await import("./UpdatesPage")).UpdatesPage,
    commands: [
      {
        id: "updates.upload",
        title: "updates.upload.title",
        href: "/updates/upload",
        needs: ["update-package", "create"],
      },
    ],
    lists: Object.fromEntries(TABLES.map((table) => [table, `/updates/${table}`])),
  }),
  definePage({
    id: "upload",
    path: "/updates/upload",
    title: "updates.upload.title",
    load: async () => (await import("./upload/UploadPage")).UploadPage,
  }),
];
