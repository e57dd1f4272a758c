import "../../i18n/image";
import { Label } from "@patternfly/react-core";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { readImageOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { ImageView as ImageDetail } from "../../api/generated/types.gen";
import { type Crumb, DetailPage } from "../../detail/DetailPage";
import { DetailPending, StaleNotice } from "../../detail/DetailStates";
import { Raw } from "../../detail/Facts";
import { RelationsStrip } from "../../detail/RelationsStrip";
import { useDetail } from "../../detail/useDetail";
import { equals, type LiveRow, useLiveRow } from "../../detail/useLiveRow";
import { formatBytes } from "../../format/numbers";
import { shortenMiddle } from "../../format/shorten";
import { imageName, isDigest, repositoryHref } from "../../kube/imageLinks";
import { FreshnessChip } from "../../live/FreshnessChip";
import { useAddress } from "../../pages/useAddress";
import { useSearchOf } from "../../pages/useSearchOf";
import { AppLink } from "../../shell/AppLink";
import { Notice } from "../../states/Notice";
import { IMAGE_SEARCH } from "./search";
import { useImageTabs } from "./useImageTabs";

/** The image that the address names. */
export function ImagePage() {
  const { registry = "" } = useAddress<"registry">();
  return <ImageView registry={registry} {...useImageSearch()} />;
}

export interface ImageViewProps {
  registry: string;
  repository: string;
  /** Tag or digest. */
  reference: string;
}

/** One tag or digest: platforms, configuration, layers, what hangs on it, what runs it. */
export function ImageView({ registry, repository, reference }: ImageViewProps) {
  const tag = isDigest(reference) ? undefined : reference;
  const filters = useMemo(
    () => equals({ registry, repository, name: tag }),
    [registry, repository, tag],
  );
  const live = useLiveRow(tag === undefined ? null : "tags", filters);
  const detail = useDetail(
    readImageOptions({ path: { name: registry }, query: { repository, reference } }),
    { news: live.row?.digest },
  );
  const crumbs = useImageCrumbs(registry, repository, reference);
  if (!detail.data)
    return (
      <DetailPending detail={detail} crumbs={crumbs} what={imageName(repository, reference)} />
    );
  return (
    <LoadedImage
      image={detail.data}
      live={live}
      crumbs={crumbs}
      deletedAt={live.deletedAt ?? detail.goneAt}
      notice={
        <>
          <StaleNotice detail={detail} />
          <MovedOn image={detail.data} behind={live.current?.behind} />
        </>
      }
    />
  );
}

/** Pods ask for this tag and run what it pointed at before. */
function MovedOn({ image, behind }: { image: ImageDetail; behind: unknown }) {
  const { t } = useTranslation();
  if (typeof behind !== "number" || behind === 0) return null;
  const asked = `images~${imageName(image.repository, image.reference)}`;
  return (
    <Notice
      tone="warning"
      className="cr-notice"
      title={t("image.movedOn", { count: behind })}
      action={
        <AppLink href={`/workloads/pods?filter=${encodeURIComponent(asked)}`}>
          {t("image.showBehind")}
        </AppLink>
      }
    />
  );
}

export function useImageSearch(): { repository: string; reference: string } {
  const { repository = "", reference = "" } = useSearchOf(IMAGE_SEARCH);
  return { repository, reference };
}

export function useImageCrumbs(registry: string, repository: string, reference?: string): Crumb[] {
  const { t } = useTranslation();
  const filter = encodeURIComponent(`registry=${JSON.stringify(registry)}`);
  const crumbs: Crumb[] = [
    { title: t("nav.images"), href: "/images" },
    { title: registry, raw: true, href: `/images?filter=${filter}` },
  ];
  if (!reference) return [...crumbs, { title: repository, raw: true }];
  return [
    ...crumbs,
    { title: repository, raw: true, href: repositoryHref(registry, repository) },
    { title: isDigest(reference) ? shortenMiddle(reference) : reference, raw: true },
  ];
}

interface LoadedImageProps {
  image: ImageDetail;
  live: LiveRow;
  crumbs: readonly Crumb[];
  deletedAt: number | null;
  notice: ReactNode;
}

function LoadedImage({ image, live, crumbs, deletedAt, notice }: LoadedImageProps) {
  const sentence = useImageSentence(image);
  const known = live.row?.badges;
  const badges = badgesOf(image, Array.isArray(known) ? known.map(String) : []);
  const tabs = useImageTabs(image, badges);
  const { registry, repository, reference } = image;
  const shown = isDigest(reference)
    ? `${repository}@${shortenMiddle(reference)}`
    : imageName(repository, reference);
  return (
    <DetailPage
      crumbs={crumbs}
      kind="Image"
      name={shown}
      sentence={sentence}
      deletedAt={deletedAt}
      notice={notice}
      meta={
        <>
          {badges.map((badge) => (
            <Label key={badge} isCompact variant="outline">
              <Raw>{badge}</Raw>
            </Label>
          ))}
          {live.freshness.length > 0 && (
            <FreshnessChip sources={live.freshness} pending={live.pending} />
          )}
        </>
      }
      strip={
        <RelationsStrip
          owners={[
            { kind: "Repository", name: repository, href: repositoryHref(registry, repository) },
          ]}
          leadsTo={[]}
        />
      }
      tabs={tabs}
    />
  );
}

/** What hangs on the image: artifacts that refer to it, and what the repository's tags tell. */
function badgesOf({ referrers }: ImageDetail, ofTag: readonly string[]): string[] {
  return [...new Set([...referrers.map(({ badge }) => badge), ...ofTag])].filter(Boolean);
}

function useImageSentence({ kind, platforms, manifest }: ImageDetail): string {
  const { t } = useTranslation();
  const size = manifest?.size == null ? "" : formatBytes(manifest.size);
  const platform = manifest?.config?.platform ?? "";
  if (kind === "artifact") return t("image.sentenceArtifact", { type: manifest?.artifact_type });
  // No sentence with holes where something could not be read.
  if (!size || !platform)
    return [t(`image.kinds.${kind}`), platform, size].filter(Boolean).join(", ");
  if (kind === "index")
    return t("image.sentenceIndex", { count: platforms.length, size, platform });
  return t("image.sentenceManifest", { size, platform });
}
