import "../../i18n/image";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { readRepositoryOptions } from "../../api/generated/@tanstack/react-query.gen";
import { DetailPage } from "../../detail/DetailPage";
import { DetailPending, StaleNotice } from "../../detail/DetailStates";
import { Facts } from "../../detail/Facts";
import { useDetail } from "../../detail/useDetail";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { askingFilter } from "../../kube/imageLinks";
import { RelatedTable } from "../../kube/RelatedTable";
import { useAddress } from "../../pages/useAddress";
import { useImageCrumbs, useImageSearch } from "./ImagePage";
import { Pull } from "./Pull";
import { RunsIn } from "./RunsIn";
import { TAG_RENDERERS } from "./tagKind";

/** One repository and its tags; opening it has the registry asked for them anew. */
export function RepositoryPage() {
  const { t } = useTranslation();
  const { registry = "" } = useAddress<"registry">();
  const { repository } = useImageSearch();
  const filters = useMemo(() => equals({ registry, name: repository }), [registry, repository]);
  const live = useLiveRow("repositories", filters);
  const detail = useDetail(
    readRepositoryOptions({ path: { name: registry }, query: { repository } }),
    { news: live.row },
  );
  const asking = useMemo(() => askingFilter(repository), [repository]);
  const crumbs = useImageCrumbs(registry, repository);
  if (!detail.data) return <DetailPending detail={detail} crumbs={crumbs} what={repository} />;
  const { state, tags, reason } = detail.data;
  return (
    <DetailPage
      crumbs={crumbs}
      kind="Repository"
      name={repository}
      status={String(live.current?.state ?? state)}
      sentence={reason || t("image.tagCount", { count: Number(live.current?.tags ?? tags) })}
      deletedAt={live.deletedAt ?? detail.goneAt}
      notice={<StaleNotice detail={detail} />}
      strip={
        <Facts
          facts={[
            [t("image.pull"), <Pull key="p" image={detail.data.address} />],
            [t("image.runsIn"), <RunsIn key="r" filters={asking} />],
          ]}
        />
      }
      tabs={[
        {
          id: "tags",
          title: t("images.tags"),
          fills: true,
          content: () => (
            <RelatedTable
              collection="tags"
              filters={equals({ registry, repository })}
              hidden={["repository"]}
              renderers={TAG_RENDERERS}
              emptyHint={t("image.noTags")}
              pageKeys
            />
          ),
        },
        {
          id: "pods",
          title: t("image.running"),
          count: numberOf(live.current?.running),
          fills: true,
          content: () => (
            <RelatedTable collection="pods" filters={asking} emptyHint={t("image.notRunning")} />
          ),
        },
      ]}
    />
  );
}

const numberOf = (value: unknown) => (typeof value === "number" ? value : undefined);
