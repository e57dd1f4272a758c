import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type {
  ImageView as ImageDetail,
  PlatformView,
  ReferrerView,
} from "../../api/generated/types.gen";
import { Digest } from "../../detail/Digest";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { formatBytes } from "../../format/numbers";
import { imageHref, isDigest, runningFilter } from "../../kube/imageLinks";
import { AppLink } from "../../shell/AppLink";
import { Notice } from "../../states/Notice";
import { Pull } from "./Pull";
import { RunsIn } from "./RunsIn";
import { digestsOf } from "./useRunning";

export interface ImageSummaryProps {
  image: ImageDetail;
  /** Everything known to be attached, however it is. */
  badges: readonly string[];
}

/** What the image is, for which platforms, and what is attached to it. */
export function ImageSummary({ image, badges }: ImageSummaryProps) {
  const { t } = useTranslation();
  return (
    <div className="cr-stack">
      {image.missing.map((sentence) => (
        <Notice key={sentence} tone="info" title={t("detail.incomplete")} className="cr-notice">
          <span translate="no">{sentence}</span>
        </Notice>
      ))}
      <div className="cr-columns">
        <Section title={t("detail.facts")}>
          <ImageFacts image={image} />
        </Section>
        <Section title={t("image.attached")} note={badges.length > 0 && t("image.attachedNote")}>
          <Attached image={image} badges={badges} />
        </Section>
      </div>
      {image.platforms.length > 0 && (
        <Section title={t("image.platforms")} note={<Raw>{image.platforms.length}</Raw>}>
          <Platforms image={image} />
        </Section>
      )}
    </div>
  );
}

function ImageFacts({ image }: { image: ImageDetail }) {
  const { t } = useTranslation();
  const { manifest, registry, repository } = image;
  const config = manifest?.config;
  const others = image.tags.filter((tag) => tag !== image.reference);
  return (
    <Facts
      facts={[
        [t("image.pull"), <Pull key="p" image={pullName(image)} />],
        [t("image.pinned"), <Pull key="pp" image={`${image.address}@${image.digest}`} />],
        [t("image.runsIn"), <RunsIn key="r" filters={runningFilter(digestsOf(image))} />],
        [t("image.digest"), <Digest key="d" text={image.digest} />],
        [t("image.kind"), t(`image.kinds.${image.kind}`)],
        [t("image.mediaType"), <Raw key="m">{image.media_type}</Raw>],
        [
          isDigest(image.reference) ? t("image.tags") : t("image.otherTags"),
          others.length > 0 && (
            <span className="cr-relation-group">
              {others.map((tag) => (
                <AppLink key={tag} href={imageHref(registry, repository, tag)}>
                  <Raw>{tag}</Raw>
                </AppLink>
              ))}
            </span>
          ),
        ],
        [t("image.size"), manifest?.size != null && <Raw>{formatBytes(manifest.size)}</Raw>],
        [t("detail.created"), config?.created && <Age at={config.created} />],
        [t("image.author"), config?.author && <Raw>{config.author}</Raw>],
        [t("image.version"), <Raw key="v">{note(image, "version")}</Raw>],
        [t("image.source"), note(image, "source") && <Raw>{note(image, "source")}</Raw>],
        [t("image.revision"), note(image, "revision") && <Digest text={note(image, "revision")} />],
        [t("image.vendor"), note(image, "vendor") && <Raw>{note(image, "vendor")}</Raw>],
        [t("image.licences"), note(image, "licenses") && <Raw>{note(image, "licenses")}</Raw>],
      ]}
    />
  );
}

function pullName({ address, reference }: ImageDetail): string {
  return `${address}${isDigest(reference) ? "@" : ":"}${reference}`;
}

/** One of the image specification's own annotations, from wherever it is given. */
function note(image: ImageDetail, name: string): string {
  const key = `org.opencontainers.image.${name}`;
  return (
    image.annotations[key] ??
    image.manifest?.annotations[key] ??
    image.manifest?.config?.labels[key] ??
    ""
  );
}

function Platforms({ image }: { image: ImageDetail }) {
  const { t } = useTranslation();
  return (
    <Table
      variant="compact"
      className="cr-plain-table"
      aria-label={t("image.platforms")}
      gridBreakPoint="grid-md"
    >
      <Thead>
        <Tr>
          <Th width={20}>{t("image.platform")}</Th>
          <Th>{t("image.digest")}</Th>
          <Th width={30}>{t("image.attestations")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {image.platforms.map((platform) => (
          <PlatformRow key={platform.digest} image={image} platform={platform} />
        ))}
      </Tbody>
    </Table>
  );
}

function PlatformRow({ image, platform }: { image: ImageDetail; platform: PlatformView }) {
  const { t } = useTranslation();
  const shown = image.manifest?.digest === platform.digest;
  return (
    <Tr>
      <Td dataLabel={t("image.platform")}>
        <AppLink href={imageHref(image.registry, image.repository, platform.digest)}>
          <Raw>{platform.platform || platform.media_type}</Raw>
        </AppLink>{" "}
        {shown && <span className="cr-muted">{t("image.shownHere")}</span>}
      </Td>
      <Td dataLabel={t("image.digest")}>
        <Digest text={platform.digest} />
      </Td>
      <Td dataLabel={t("image.attestations")}>
        {platform.attestations.length === 0 ? (
          <span className="cr-none">–</span>
        ) : (
          platform.attestations.map((digest) => <Digest key={digest} text={digest} />)
        )}
      </Td>
    </Tr>
  );
}

function Attached({ image, badges }: ImageSummaryProps) {
  const { t } = useTranslation();
  const referring = new Set(image.referrers.map(({ badge }) => badge));
  const companions = badges.filter((badge) => !referring.has(badge));
  if (badges.length === 0 && image.referrers.length === 0)
    return <p className="cr-muted">{t("image.nothingAttached")}</p>;
  return (
    <Facts
      facts={[
        ...image.referrers.map(
          (referrer: ReferrerView) =>
            [
              <Raw key="b">{referrer.badge || t("image.kinds.artifact")}</Raw>,
              <span key="d">
                <Digest text={referrer.digest} />{" "}
                <span className="cr-muted" translate="no">
                  {referrer.artifact_type} {referrer.size > 0 && formatBytes(referrer.size)}
                </span>
              </span>,
            ] as const,
        ),
        ...companions.map((badge) => [<Raw key="b">{badge}</Raw>, t("image.companion")] as const),
      ]}
    />
  );
}
