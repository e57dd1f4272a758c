import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { DetailTab } from "../../detail/DetailTabs";
import { LabelSets } from "../../kube/LabelSets";
import { RelatedTable } from "../../kube/RelatedTable";
import { Containers } from "./Containers";
import { CustomObjects } from "./CustomObjects";
import { EventsTab } from "./EventsTab";
import { type ObjectPath, podFilters } from "./liveRow";
import { Summary } from "./Summary";
import type { ObjectDetail } from "./types";
import { YamlTab } from "./YamlTab";

export interface ObjectTabsOptions {
  path: ObjectPath;
  /** The object's path below the API. */
  api: string;
  object: ObjectDetail;
  /** Pages of the images that run, by digest. */
  imagePages: ReadonlyMap<string, string>;
  /** Changes when the object changed. */
  news: unknown;
  /** Of the summary: what this kind shows before everything else. */
  above: ReactNode;
}

/** The tabs an object has, by what there is to say of it. */
export function useObjectTabs(options: ObjectTabsOptions): DetailTab[] {
  const { path, api, object, imagePages, news, above } = options;
  const { t } = useTranslation();
  const pods = podFilters(path, object.kind);
  const tabs: (DetailTab | null)[] = [
    {
      id: "summary",
      title: t("detail.summary"),
      content: () => <Summary detail={object} above={above} podsHaveTab={pods !== null} />,
    },
    path.kind === "customresourcedefinitions"
      ? {
          id: "objects",
          title: t("custom.objects"),
          content: () => <CustomObjects cluster={path.cluster} definition={path.name} />,
        }
      : null,
    pods && {
      id: "pods",
      title: t("kind.pods"),
      fills: true,
      content: () => (
        <RelatedTable
          collection="pods"
          filters={pods}
          hidden={path.kind === "nodes" ? ["node", "cluster"] : ["owner", "namespace", "cluster"]}
          emptyHint={t("detail.noPods")}
        />
      ),
    },
    object.containers.length > 0
      ? {
          id: "containers",
          title: t("containers.title"),
          count: object.containers.length,
          content: () => <Containers containers={object.containers} imagePages={imagePages} />,
        }
      : null,
    {
      id: "events",
      title: t("nav.events"),
      fills: true,
      content: () => (
        <EventsTab
          cluster={path.cluster}
          kind={object.kind}
          namespace={path.namespace === "-" ? undefined : path.namespace}
          name={object.name}
        />
      ),
    },
    {
      id: "labels",
      title: t("detail.labels"),
      count: Object.keys(object.labels).length + Object.keys(object.annotations).length,
      content: () => <LabelSets labels={object.labels} annotations={object.annotations} />,
    },
    {
      id: "yaml",
      title: t("detail.yaml"),
      fills: true,
      content: () => <YamlTab path={`${api}/yaml`} name={object.name} news={news} />,
    },
  ];
  return tabs.filter((tab) => tab !== null);
}
