import LayerGroupIcon from "@patternfly/react-icons/dist/esm/icons/layer-group-icon";
import { definePage, segment } from "../../pages/page";
import { TABLE_SEARCH } from "../../pages/search";
import { IMAGE_SEARCH, REPOSITORY_SEARCH } from "./search";

export const pages = [
  definePage({
    id: "images",
    path: "/images/{-$tab}",
    search: TABLE_SEARCH,
    scope: ["team"],
    title: "nav.images",
    navigation: { group: "software", order: 20, icon: LayerGroupIcon },
    needs: [
      ["repository", "list"],
      ["tag", "list"],
    ],
    load: async () => (await import("./ImagesPage")).ImagesPage,
    lists: { repositories: "/images", tags: "/images/tags" },
  }),
  definePage({
    id: "repository",
    path: "/images/$registry/repository",
    search: REPOSITORY_SEARCH,
    title: "nav.images",
    load: async () => (await import("./RepositoryPage")).RepositoryPage,
    rows: {
      repositories: ({ registry, name }) =>
        `/images/${segment(registry)}/repository?repository=${segment(name)}`,
    },
  }),
  definePage({
    id: "image",
    path: "/images/$registry/manifest",
    search: IMAGE_SEARCH,
    title: "nav.images",
    load: async () => (await import("./ImagePage")).ImagePage,
    rows: {
      tags: ({ registry, repository, tag, name }) =>
        `/images/${segment(registry)}/manifest?repository=${segment(repository)}&reference=${segment(tag ?? name)}`,
    },
  }),
];
