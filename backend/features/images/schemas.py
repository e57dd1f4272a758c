"""What the Images routes answer. Sizes in bytes, times in Unix seconds."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

__all__ = [
    "ConfigView",
    "ImageView",
    "LayerView",
    "ManifestView",
    "PlatformView",
    "References",
    "ReferrerView",
    "RepositoryView",
    "StepView",
]


class References(BaseModel):
    """Images by the names they are pulled by (``host/repository:tag``), as this console reaches
    the registries."""

    items: list[str]


class RepositoryView(BaseModel):
    """One repository; asking for it has its tags looked at anew. `address` is what clients
    pull it by (``host/name``), as this console reaches the registry."""

    registry: str
    name: str
    address: str
    state: str
    tags: int
    pushed: float | None
    reason: str


class PlatformView(BaseModel):
    """One platform of an index. `size` is the manifest's own; `attestations` are digests."""

    platform: str
    digest: str
    media_type: str
    size: int
    attestations: list[str]


class LayerView(BaseModel):
    """One layer, with the build step that made it if the history tells."""

    digest: str
    media_type: str
    size: int
    created_by: str


class StepView(BaseModel):
    """One build step; `empty` made no layer."""

    created: float | None
    created_by: str
    comment: str
    empty: bool


class ConfigView(BaseModel):
    """How a container of the image starts."""

    digest: str
    created: float | None
    author: str
    platform: str
    user: str
    working_dir: str
    entrypoint: list[str]
    cmd: list[str]
    env: list[str]
    ports: list[str]
    labels: dict[str, str]
    history: list[StepView]


class ManifestView(BaseModel):
    """A manifest: of an index, the platform shown first. `config` is null for artifacts, `size`
    where the manifest tells none, or nonsense."""

    digest: str
    media_type: str
    artifact_type: str
    size: int | None
    layers: list[LayerView]
    annotations: dict[str, str]
    config: ConfigView | None


class ReferrerView(BaseModel):
    """Something attached to the image: present, not verified."""

    digest: str
    artifact_type: str
    badge: str
    size: int
    annotations: dict[str, str]


class ImageView(BaseModel):
    """Everything about one tag or digest. `tags` are all known tags of the same digest;
    `missing` says in words what could not be read, the rest is complete. `address` is the
    repository's for clients, as this console reaches the registry."""

    registry: str
    repository: str
    address: str
    reference: str
    digest: str
    kind: Literal["index", "manifest", "artifact"]
    media_type: str
    annotations: dict[str, str]
    tags: list[str]
    platforms: list[PlatformView]
    manifest: ManifestView | None
    referrers: list[ReferrerView]
    missing: list[str]
