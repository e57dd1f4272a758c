"""Reading an image: from a digest to what a person wants to know of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import msgspec

from integrations.contract import IntegrationError, NotFound, UpstreamUnreachable
from integrations.registry.client import RegistryClient
from integrations.registry.models import (
    INDEX_TYPES,
    NOWHERE,
    Descriptor,
    Document,
    ImageConfig,
    Platform,
)
from integrations.registry.state import ATTESTATION, Tag, TagKind, TagNames, badge_of

T = TypeVar("T")

_REFERENCE_TYPE: Final = "vnd.docker.reference.type"
_REFERENCE_DIGEST: Final = "vnd.docker.reference.digest"
_IN_TOTO: Final = "in-toto"
_EARLIEST: Final = datetime(1980, 1, 2, tzinfo=UTC)
_CLOCKS_DIFFER: Final = timedelta(days=1)
_CREATED: Final = "org.opencontainers.image.created"
_DEEPEST: Final = 3
_MOST_ASKED: Final = 32
_MOST_SHOWN: Final = 256
"""Indexes of indexes are followed so deep; so many entries are asked for what they are, and so
many platforms shown."""
_PREFERRED: Final = "linux/amd64"
_SETTLE: Final = (0.1, 0.3)


@dataclass(frozen=True, slots=True)
class Platforms:
    """The platforms of an index, whether it has attestations, and how many entries were left out
    because there are too many."""

    shown: tuple[Descriptor, ...]
    attested: bool
    left_out: int

    @property
    def note(self) -> str:
        """A sentence about what was left out, or nothing."""
        return f"{self.left_out} further entries are not shown" if self.left_out else ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a row shows of an image."""

    kind: TagKind
    media_type: str
    platforms: tuple[str, ...]
    size: int | None
    created: float | None
    badges: frozenset[str]
    unread: tuple[str, ...] = ()
    retry: bool = False
    """Whether what could not be read may be there later."""


def attestations(index: Document) -> dict[str, tuple[Descriptor, ...]]:
    """Attestation manifests of an index by the digest of the image they are about."""
    found: dict[str, tuple[Descriptor, ...]] = {}
    for child in index.manifests or ():
        if is_attestation(child):
            about = (child.annotations or {}).get(_REFERENCE_DIGEST, "")
            found[about] = (*found.get(about, ()), child)
    return found


def is_attestation(child: Descriptor) -> bool:
    """BuildKit's convention: platform unknown/unknown and an annotation that says so; a mirror
    may have lost the annotation."""
    noted = (child.annotations or {}).get(_REFERENCE_TYPE) == "attestation-manifest"
    return noted or (child.platform is not None and child.platform.is_nowhere)


def image_size(manifest: Document) -> int | None:
    """Compressed bytes: layers and configuration; None where they are not told, or nonsense."""
    sizes = [part.size for part in (manifest.config, *manifest.layers) if part is not None]
    return None if manifest.is_schema_1 or min(sizes, default=0) < 0 else sum(sizes)


def timestamp(text: str) -> float | None:
    """Unix seconds of an RFC 3339 time; None for nonsense and for times no build had: the zero
    time, the epochs reproducible builds write (1970, 1980), the future."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not _EARLIEST < moment < datetime.now(UTC) + _CLOCKS_DIFFER:
        return None
    return moment.timestamp()


async def summarise(client: RegistryClient, repository: str, digest: str) -> Summary:
    """Read an index (its preferred platform too) or a manifest."""
    document = await client.manifest(repository, digest)
    if not document.is_index:
        return await _of_manifest(client, repository, document)
    found = await platforms(client, repository, document)
    shown = found.shown
    texts = tuple(child.platform.text for child in shown if child.platform)
    badges = frozenset({ATTESTATION} if found.attested else ())
    summary = Summary(
        TagKind.INDEX, document.media_type, texts, None, _annotated(document), badges,
        (*document.unread, *filter(None, [found.note])),
    )  # fmt: skip
    first = preferred(shown)
    if first is None:
        return summary
    try:
        inner = await _of_manifest(
            client, repository, await client.manifest(repository, first.digest)
        )
    except NotFound:  # a sparse index: the platform was never pushed, or was deleted
        return summary
    return replace(
        summary,
        size=inner.size,
        created=inner.created if inner.created is not None else summary.created,
        unread=(*summary.unread, *inner.unread),
        retry=inner.retry,
    )


async def platforms(client: RegistryClient, repository: str, index: Document) -> Platforms:
    """The platforms of an index, also of indexes in it and of entries that do not say theirs."""
    found: list[Descriptor] = []
    told_of: set[tuple[str, Platform | None]] = set()
    attested, asked, left_out = False, 0, 0
    due = deque((child, 1) for child in index.manifests or ())
    while due:
        child, depth = due.popleft()
        if is_attestation(child):
            attested = True
            continue
        inner = child.media_type in INDEX_TYPES and depth < _DEEPEST
        silent = child.platform is None or not child.platform.text
        if len(found) >= _MOST_SHOWN or ((inner or silent) and asked >= _MOST_ASKED):
            left_out += 1
            continue
        asked += inner or silent
        if inner:
            held = await _readable(client.manifest(repository, child.digest))
            entries = (held.manifests if held else None) or ()
            due.extendleft((entry, depth + 1) for entry in reversed(entries))
        else:
            told = await _with_platform(client, repository, child) if silent else child
            if is_attestation(told):
                attested = True
            elif (told.digest, told.platform) not in told_of:
                told_of.add((told.digest, told.platform))
                found.append(told)
    return Platforms(tuple(found), attested, left_out)


async def _with_platform(client: RegistryClient, repository: str, child: Descriptor) -> Descriptor:
    """The entry with the platform that its image says, that of an attestation being nowhere."""
    manifest = await _readable(client.manifest(repository, child.digest))
    if manifest is not None and any(_IN_TOTO in layer.media_type for layer in manifest.layers):
        return msgspec.structs.replace(child, platform=NOWHERE)
    if manifest is None or manifest.config is None or not manifest.is_image:
        return child
    config = await _readable(client.config(repository, manifest.config.digest))
    if config is None:
        return child
    return msgspec.structs.replace(child, platform=_platform(config))


async def _readable(reading: Awaitable[T]) -> T | None:
    """What is read, or None: one entry must not cost the index its row."""
    try:
        return await reading
    except IntegrationError:
        return None


def _annotated(document: Document) -> float | None:
    """When it was made, where no configuration says it: charts and other artifacts."""
    return timestamp((document.annotations or {}).get(_CREATED, ""))


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
        message="; ".join(summary.unread),
        retry=summary.retry,
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
    if not manifest.is_image or manifest.config is None:
        return Summary(
            TagKind.ARTIFACT, manifest.type or manifest.media_type, (), size,
            _annotated(manifest), frozenset(), manifest.unread,
        )  # fmt: skip
    try:
        config = await client.config(repository, manifest.config.digest)
    except UpstreamUnreachable:
        raise
    except IntegrationError as error:  # of the image it is still known that and how large it is
        unread = f"its configuration cannot be read: {error.message}"
        return Summary(
            TagKind.MANIFEST, manifest.media_type, (), size,
            _annotated(manifest), frozenset(), (*manifest.unread, unread), retry=True,
        )  # fmt: skip
    return Summary(
        TagKind.MANIFEST,
        manifest.media_type,
        tuple(filter(None, [platform_of(config)])),
        size,
        timestamp(config.created) if config.created else _annotated(manifest),
        frozenset(),
        (*manifest.unread, *config.unread),
    )


def platform_of(config: ImageConfig) -> str:
    """``os/architecture[/variant] [version]`` as the configuration says."""
    return _platform(config).text


def _platform(config: ImageConfig) -> Platform:
    return Platform(config.architecture, config.os, config.variant, config.os_version)


def preferred(shown: tuple[Descriptor, ...]) -> Descriptor | None:
    """The platform whose image stands for the index: linux/amd64, else the first."""
    wanted = (c for c in shown if c.platform and c.platform.text == _PREFERRED)
    return next(wanted, shown[0] if shown else None)
