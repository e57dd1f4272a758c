"""Reading an image: from a digest to what a person wants to know of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from integrations.contract import IntegrationError, NotFound
from integrations.registry.client import RegistryClient
from integrations.registry.models import Descriptor, Document, ImageConfig
from integrations.registry.state import ATTESTATION, Tag, TagKind, TagNames, badge_of

_REFERENCE_TYPE: Final = "vnd.docker.reference.type"
_REFERENCE_DIGEST: Final = "vnd.docker.reference.digest"
_CONFIG_TYPES: Final = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
    }
)
_PREFERRED: Final = "linux/amd64"
_SETTLE: Final = (0.1, 0.3)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a row shows of an image."""

    kind: TagKind
    media_type: str
    platforms: tuple[str, ...]
    size: int | None
    created: float | None
    badges: frozenset[str]


def children(index: Document) -> tuple[Descriptor, ...]:
    """The platforms of an index: its children without attestations."""
    return tuple(child for child in index.manifests or () if not is_attestation(child))


def attestations(index: Document) -> dict[str, tuple[Descriptor, ...]]:
    """Attestation manifests of an index by the digest of the image they are about."""
    found: dict[str, tuple[Descriptor, ...]] = {}
    for child in index.manifests or ():
        if is_attestation(child):
            about = (child.annotations or {}).get(_REFERENCE_DIGEST, "")
            found[about] = (*found.get(about, ()), child)
    return found


def is_attestation(child: Descriptor) -> bool:
    """BuildKit's convention: platform unknown/unknown and an annotation that says so."""
    return (child.annotations or {}).get(_REFERENCE_TYPE) == "attestation-manifest"


def is_image(manifest: Document) -> bool:
    """Whether the manifest has an image configuration (else it is some other artifact)."""
    return manifest.config is not None and manifest.config.media_type in _CONFIG_TYPES


def image_size(manifest: Document) -> int:
    """Compressed bytes: layers and configuration."""
    config = manifest.config.size if manifest.config else 0
    return config + sum(layer.size for layer in manifest.layers)


def timestamp(text: str) -> float | None:
    """Unix seconds of an RFC 3339 time; None for nonsense and the zero time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.year < 1980:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


async def summarise(client: RegistryClient, repository: str, digest: str) -> Summary:
    """Read an index (its preferred platform too) or a manifest."""
    document = await client.manifest(repository, digest)
    if not document.is_index:
        return await _of_manifest(client, repository, document)
    shown = children(document)
    badges = {ATTESTATION} if len(shown) < len(document.manifests or ()) else set[str]()
    texts = tuple(child.platform.text for child in shown if child.platform)
    summary = Summary(TagKind.INDEX, document.media_type, texts, None, None, frozenset(badges))
    first = preferred(shown)
    if first is None:
        return summary
    try:
        inner = await _of_manifest(
            client, repository, await client.manifest(repository, first.digest)
        )
    except NotFound:  # a sparse index: the platform was never pushed, or was deleted
        return summary
    return replace(summary, size=inner.size, created=inner.created)


async def complete(client: RegistryClient, tag: Tag, digest: str, names: TagNames) -> Tag:
    """The tag's row with everything that can be known of `digest`."""
    summary = await summarise(client, tag.repository, digest)
    badges = summary.badges | names.badges.get(digest, frozenset())
    badges |= await _referrer_badges(client, tag.repository, digest, names)
    return replace(
        tag,
        kind=summary.kind,
        digest=digest,
        media_type=summary.media_type,
        platforms=summary.platforms,
        size=summary.size,
        created=summary.created,
        badges=tuple(sorted(badges)),
        message="",
    )


async def _referrer_badges(
    client: RegistryClient, repository: str, digest: str, names: TagNames
) -> frozenset[str]:
    if not client.has_referrers and digest not in names.fallbacks:
        return frozenset()
    try:
        found = await client.referrers(repository, digest)
        for pause in _SETTLE if digest in names.fallbacks else ():
            if found:
                break
            await asyncio.sleep(pause)  # listed, but its link is not written yet
            found = await client.referrers(repository, digest)
    except IntegrationError:  # a badge less must not cost the row
        return frozenset()
    return frozenset(badge_of(entry.artifact_type) for entry in found)


async def _of_manifest(client: RegistryClient, repository: str, manifest: Document) -> Summary:
    size = image_size(manifest)
    if not is_image(manifest) or manifest.config is None:
        return Summary(TagKind.ARTIFACT, manifest.media_type, (), size, None, frozenset())
    config = await client.config(repository, manifest.config.digest)
    return Summary(
        TagKind.MANIFEST,
        manifest.media_type,
        (platform_of(config),),
        size,
        timestamp(config.created),
        frozenset(),
    )


def platform_of(config: ImageConfig) -> str:
    """``os/architecture[/variant]`` as the configuration says."""
    return "/".join(part for part in (config.os, config.architecture, config.variant) if part)


def preferred(shown: tuple[Descriptor, ...]) -> Descriptor | None:
    """The platform whose image stands for the index: linux/amd64, else the first."""
    wanted = (c for c in shown if c.platform and c.platform.text == _PREFERRED)
    return next(wanted, shown[0] if shown else None)
