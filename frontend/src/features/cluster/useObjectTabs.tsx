import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Detail as ObjectDetail } from "../../api/generated/types.gen";
import type { DetailTab } from "../../detail/DetailTabs";
import { type ObjectPath, podFilters } from "../../kube/objectRow";
import { RelatedTable } from "../../kube/RelatedTable";
import { part, usePart } from "../../overlay/part";
import { EventsTab } from "./EventsTab";
import { hasLogs, LogsTab } from "./logs/LogsTab";
import { type EventSubjects, eventSubjects } from "./relations";
import { Summary } from "./Summary";
import { hasTerminal, TerminalTab } from "./terminal/TerminalTab";
import { YamlTab } from "./YamlTab";

export interface ObjectTabsOptions {
  path: ObjectPath;
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
  const { path, object, imagePages, news, above } = options;
  const { t } = useTranslation();
  const pods = podFilters(path, object);
  const subjects = useSubjects(object);
  const tabs: (DetailTab | null)[] = [
    {
      id: "summary",
      title: t("detail.summary"),
      content: () => (
        <Summary
          detail={object}
          above={above}
          podsHaveTab={pods !== null}
          imagePages={imagePages}
          subjects={subjects}
        />
      ),
    },
    path.kind === "customresourcedefinitions"
      ? {
          id: "objects",
          title: t("custom.objects"),
          content: () => <Objects cluster={path.cluster} definition={path.name} />,
        }
      : null,
    pods && {
      id: "pods",
      title: t("kind.pods"),
      ...countOfPods(object),
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
    hasLogs(path)
      ? {
          id: "logs",
          title: t("detail.logs"),
          fills: true,
          content: () => <LogsTab path={path} object={object} />,
        }
      : null,
    hasTerminal(path)
      ? {
          id: "terminal",
          title: t("detail.terminal"),
          fills: true,
          stays: true,
          content: () => <TerminalTab path={path} object={object} />,
        }
      : null,
    {
      id: "events",
      title: t("nav.events"),
      fills: true,
      content: () => (
        <EventsTab
          cluster={path.cluster}
          namespace={path.namespace === "-" ? undefined : path.namespace}
          subjects={subjects}
        />
      ),
    },
    {
      id: "yaml",
      title: t("detail.yaml"),
      fills: true,
      content: () => <YamlTab path={path} news={news} />,
    },
  ];
  return tabs.filter((tab) => tab !== null);
}

const objects = part(async () => (await import("./CustomObjects")).CustomObjects);

/** The objects of a custom kind; no other page needs their code. */
function Objects(props: { cluster: string; definition: string }) {
  const Table = usePart(objects, true);
  return Table && <Table {...props} />;
}

/** The same value as long as it says the same: the events are asked for by it. */
function useSubjects(object: ObjectDetail): EventSubjects {
  const signature = JSON.stringify(eventSubjects(object));
  return useMemo(() => JSON.parse(signature) as EventSubjects, [signature]);
}

/** How many pods there are, where all of them were listed. */
function countOfPods({ related }: ObjectDetail): { count?: number } {
  const pods = related.find(({ items }) => items.some(({ kind }) => kind === "Pod"));
  return pods && !pods.more ? { count: pods.items.length } : {};
}
