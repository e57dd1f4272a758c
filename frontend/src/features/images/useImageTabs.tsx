import { useTranslation } from "react-i18next";
import type { ImageView as ImageDetail } from "../../api/generated/types.gen";
import type { DetailTab } from "../../detail/DetailTabs";
import { runningFilter } from "../../kube/imageLinks";
import { LabelSets } from "../../kube/LabelSets";
import { RelatedTable } from "../../kube/RelatedTable";
import { ConfigTab } from "./ConfigTab";
import { History } from "./History";
import { ImageSummary } from "./ImageSummary";
import { Layers } from "./Layers";
import { digestsOf, useRunningCount } from "./useRunning";

/** The tabs of an image, by what its manifest and configuration say. */
export function useImageTabs(image: ImageDetail, badges: readonly string[]): DetailTab[] {
  const { t } = useTranslation();
  const { manifest } = image;
  const config = manifest?.config;
  const labels = config?.labels ?? {};
  const annotations = { ...manifest?.annotations, ...image.annotations };
  const digests = digestsOf(image);
  const running = useRunningCount(digests);
  const tabs: (DetailTab | null | undefined)[] = [
    {
      id: "summary",
      title: t("detail.summary"),
      content: () => <ImageSummary image={image} badges={badges} />,
    },
    {
      id: "pods",
      title: t("image.running"),
      count: running,
      fills: true,
      content: () => (
        <RelatedTable
          collection="pods"
          filters={runningFilter(digests)}
          emptyHint={t("image.notRunning")}
        />
      ),
    },
    manifest && manifest.layers.length > 0
      ? {
          id: "layers",
          title: t("image.layers"),
          count: manifest.layers.length,
          content: () => <Layers layers={manifest.layers} />,
        }
      : null,
    config && {
      id: "config",
      title: t("image.config"),
      content: () => <ConfigTab config={config} />,
    },
    config && config.history.length > 0
      ? {
          id: "history",
          title: t("image.history"),
          count: config.history.length,
          content: () => <History steps={config.history} />,
        }
      : null,
    {
      id: "labels",
      title: t("detail.labels"),
      count: Object.keys(labels).length + Object.keys(annotations).length,
      content: () => <LabelSets labels={labels} annotations={annotations} />,
    },
  ];
  return tabs.filter((tab) => tab !== null && tab !== undefined);
}
