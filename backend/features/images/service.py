"""Reading one image on demand, with everything its page shows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Literal

from backend.errors import NotFoundProblem
from backend.features.images.schemas import (
    ConfigView,
    ImageView,
    LayerView,
    ManifestView,
    PlatformView,
    ReferrerView,
    RepositoryView,
    StepView,
)
from integrations.contract import IntegrationError, NotFound
from integrations.registry import images
from integrations.registry.client import RegistryClient
from integrations.registry.connection import RegistryConnection
from integrations.registry.models import Descriptor, Document, ImageConfig, is_digest
from integrations.registry.state import badge_of

__all__ = ["image", "repository"]


def repository(connection: RegistryConnection, name: str) -> RepositoryView:
    """What is known of a repository; its tags are looked at anew in the background."""
    entry = connection.index.entry(name) if connection.index else None
    if entry is None:
        raise NotFoundProblem("There is no such repository, or you may not see it.")
    connection.look(name)
    row = entry.row
    return RepositoryView(
        registry=connection.name,
        name=name,
        address=_address(connection, name),
        state=row.state.value,
        tags=row.tags,
        pushed=row.pushed,
        reason=row.message,
    )


async def image(connection: RegistryConnection, name: str, reference: str) -> ImageView:
    """Everything about one tag or digest; parts that fail are named in `missing`."""
    client, missing = connection.client, list[str]()
    digest = await _digest(client, name, reference)
    document = await client.manifest(name, digest)
    entries = await images.platforms(client, name, document)
    platforms = _platforms(document, entries.shown)
    shown = images.preferred(entries.shown)
    missing += [f"{entries.note}."] if entries.note else []
    missing += [f"Not as specified, and left out: {sentence}." for sentence in document.unread]
    manifest, referrers = await asyncio.gather(
        _manifest(client, name, shown.digest if shown else digest, document, missing),
        _referrers(client, name, digest, missing),
    )
    return ImageView(
        registry=connection.name,
        repository=name,
        address=_address(connection, name),
        reference=reference,
        digest=digest,
        kind=_kind(document),
        media_type=document.media_type,
        annotations=document.annotations or {},
        tags=_tags(connection, name, digest),
        platforms=platforms,
        manifest=manifest,
        referrers=referrers,
        missing=missing,
    )


def _address(connection: RegistryConnection, name: str) -> str:
    return f"{connection.settings.host}/{name}"


async def _digest(client: RegistryClient, name: str, reference: str) -> str:
    if is_digest(reference):
        return reference
    found = await client.resolve(name, reference)
    if found is None:
        raise NotFoundProblem("There is no such tag, or you may not see it.")
    return found.digest


def _kind(document: Document) -> Literal["index", "manifest", "artifact"]:
    if document.is_index:
        return "index"
    return "manifest" if document.is_image else "artifact"


def _tags(connection: RegistryConnection, name: str, digest: str) -> list[str]:
    entry = connection.index.entry(name) if connection.index else None
    held = entry.tags.values() if entry else ()
    return sorted(tag.name for tag in held if tag.digest == digest)


def _platforms(document: Document, entries: Iterable[Descriptor]) -> list[PlatformView]:
    attested = images.attestations(document)
    return [
        PlatformView(
            platform=child.platform.text if child.platform else "",
            digest=child.digest,
            media_type=child.media_type,
            size=child.size,
            attestations=[a.digest for a in attested.get(child.digest, ())],
        )
        for child in entries
    ]


async def _manifest(
    client: RegistryClient, name: str, digest: str, top: Document, missing: list[str]
) -> ManifestView | None:
    try:
        document = await client.manifest(name, digest) if top.is_index else top
    except NotFound:
        missing.append("The first platform of this index is not in the registry.")
        return None
    if document.is_index:
        return None
    config = await _config(client, name, document, missing)
    steps = [s for s in (config.history or () if config else ()) if not s.empty_layer]
    makers = [step.created_by for step in steps] if len(steps) == len(document.layers) else []
    layers = [
        LayerView(
            digest=layer.digest,
            media_type=layer.media_type,
            size=layer.size,
            created_by=makers[place] if makers else "",
        )
        for place, layer in enumerate(document.layers)
    ]
    return ManifestView(
        digest=digest,
        media_type=document.media_type,
        artifact_type=document.type,
        size=images.image_size(document),
        layers=layers,
        annotations=document.annotations or {},
        config=_config_view(document.config.digest, config) if config and document.config else None,
    )


async def _config(
    client: RegistryClient, name: str, document: Document, missing: list[str]
) -> ImageConfig | None:
    if not document.is_image or document.config is None:
        return None
    try:
        config = await client.config(name, document.config.digest)
    except IntegrationError as error:
        missing.append(f"The configuration could not be read: {error.message}.")
        return None
    missing += [f"Not as specified, and left out: {sentence}." for sentence in config.unread]
    return config


def _config_view(digest: str, config: ImageConfig) -> ConfigView:
    run = config.config
    return ConfigView(
        digest=digest,
        created=images.timestamp(config.created),
        author=config.author,
        platform=images.platform_of(config),
        user=run.User if run else "",
        working_dir=run.WorkingDir if run else "",
        entrypoint=list(run.Entrypoint or ()) if run else [],
        cmd=list(run.Cmd or ()) if run else [],
        env=list(run.Env or ()) if run else [],
        ports=sorted(run.ExposedPorts or ()) if run else [],
        labels=run.Labels or {} if run else {},
        history=[
            StepView(
                created=images.timestamp(step.created),
                created_by=step.created_by,
                comment=step.comment,
                empty=step.empty_layer,
            )
            for step in config.history or ()
        ],
    )


async def _referrers(
    client: RegistryClient, name: str, digest: str, missing: list[str]
) -> list[ReferrerView]:
    try:
        found = await client.referrers(name, digest)
    except IntegrationError as error:
        missing.append(f"Signatures and other attachments could not be read: {error.message}.")
        return []
    return [
        ReferrerView(
            digest=entry.digest,
            artifact_type=entry.artifact_type,
            badge=badge_of(entry.artifact_type),
            size=entry.size,
            annotations=entry.annotations or {},
        )
        for entry in found
    ]
