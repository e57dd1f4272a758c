"""Typed documents of the distribution API and the image specification.

Names that go into URLs are checked here against the specification's grammar, so that no
text from a browser or a registry can leave its place in a path.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
ACCEPT: Final = f"{OCI_MANIFEST}, {OCI_INDEX}, {DOCKER_MANIFEST}, {DOCKER_LIST}"
"""All four, or a registry answers 404 for what it holds in another form."""
DOCKER_SCHEMA_1: Final = "application/vnd.docker.distribution.manifest.v1+json"
OCI_EMPTY: Final = "application/vnd.oci.empty.v1+json"
_LAYER: Final = re.compile(
    r"layer|rootfs|[.+](?:tar|gzip|zstd)\b|squashfs|oci\.empty", re.IGNORECASE
)
"""In the media types of what an image's file system is made of (OCI, Docker, and their kin)."""
IMAGE_CONFIGS: Final = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
    }
)
INDEX_TYPES: Final = frozenset({OCI_INDEX, DOCKER_LIST})
MANIFEST_TYPES: Final = frozenset({OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST})

_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST: Final = re.compile(r"sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}")
_MAX_REPOSITORY: Final = 255


def is_repository(text: str) -> bool:
    """Whether `text` is a repository name."""
    return len(text) <= _MAX_REPOSITORY and _REPOSITORY.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Whether `text` is a tag."""
    return _TAG.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether `text` is a sha256 or sha512 digest."""
    return _DIGEST.fullmatch(text) is not None


class RegistryError(msgspec.Struct, frozen=True):
    """One entry of an error body."""

    code: str = ""
    message: str = ""


class ErrorBody(msgspec.Struct, frozen=True):
    """An OCI error answer."""

    errors: tuple[RegistryError, ...] = ()


class RepositoryList(msgspec.Struct, frozen=True):
    """A page of repository names."""

    repositories: tuple[str, ...] | None = None


class TagList(msgspec.Struct, frozen=True):
    """A page of tags; an emptied repository has `null`."""

    name: str = ""
    tags: tuple[str, ...] | None = None


class TokenAnswer(msgspec.Struct, frozen=True):
    """What a token server gives; 60 seconds unless it says otherwise."""

    token: str = ""
    access_token: str = ""
    expires_in: float = 60.0

    def __repr__(self) -> str:
        return "TokenAnswer(…)"


class Platform(msgspec.Struct, frozen=True):
    """What a manifest runs on."""

    architecture: str = ""
    os: str = ""
    variant: str = ""
    os_version: str = msgspec.field(default="", name="os.version")

    @property
    def text(self) -> str:
        """``linux/arm64/v8``, ``windows/amd64 10.0.20348.2113``."""
        name = "/".join(part for part in (self.os, self.architecture, self.variant) if part)
        return f"{name} {self.os_version}".strip()

    @property
    def is_nowhere(self) -> bool:
        """What BuildKit writes for attestations, whose annotation mirrors lose: nothing runs
        it."""
        return (self.os, self.architecture) == ("unknown", "unknown")


NOWHERE: Final = Platform("unknown", "unknown")


class Descriptor(msgspec.Struct, frozen=True, rename="camel"):
    """A reference to content by digest; `size` in bytes."""

    media_type: str = ""
    digest: str = ""
    size: int = 0
    annotations: dict[str, str] | None = None
    platform: Platform | None = None
    artifact_type: str = ""


class Document(msgspec.Struct, frozen=True, rename="camel"):
    """An image manifest or an index; which one, `is_index` says."""

    media_type: str = ""
    artifact_type: str = ""
    schema_version: int = 2
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    manifests: tuple[Descriptor, ...] | None = None
    subject: Descriptor | None = None
    annotations: dict[str, str] | None = None
    unread: tuple[str, ...] = ()
    """What the document says that is not as specified, in sentences (never read from it)."""

    @property
    def type(self) -> str:
        """What kind of artifact it is: its own word, else that of its configuration, else of its
        first layer (OCI image specification, "Guidelines for artifact usage")."""
        first = self.layers[0].media_type if self.layers else ""
        config = self.config.media_type if self.config else ""
        # That of an image may be borrowed: it says nothing of what this is.
        says = "" if config in IMAGE_CONFIGS or config == OCI_EMPTY else config
        return self.artifact_type or says or first or (DOCKER_SCHEMA_1 if self.is_schema_1 else "")

    @property
    def is_schema_1(self) -> bool:
        """Docker's form before 2016, which old registries still hold and none takes any more. It
        names no media type, no configuration and no sizes."""
        return self.schema_version == 1 and self.config is None and self.manifests is None

    @property
    def untold_type(self) -> str:
        """The media type of one that names none, by what is in it."""
        if self.is_schema_1:
            return DOCKER_SCHEMA_1
        return OCI_MANIFEST if self.manifests is None else OCI_INDEX

    @property
    def is_image(self) -> bool:
        """Whether it has an image's configuration, and not only layers of another kind, as old
        signatures have that borrow one."""
        layers = [layer.media_type for layer in self.layers if layer.media_type]
        if layers and not any(_LAYER.search(kind) for kind in layers):
            return False
        return self.config is not None and self.config.media_type in IMAGE_CONFIGS

    @property
    def is_index(self) -> bool:
        """True for an index or a manifest list."""
        return self.media_type in INDEX_TYPES or self.manifests is not None


class HistoryStep(msgspec.Struct, frozen=True):
    """One build step; an `empty_layer` step made no layer."""

    created: str = ""
    created_by: str = ""
    comment: str = ""
    empty_layer: bool = False


class RuntimeConfig(msgspec.Struct, frozen=True):
    """How a container of the image starts. Names as in the specification."""

    User: str = ""
    ExposedPorts: dict[str, Any] | None = None
    Env: tuple[str, ...] | None = None
    Entrypoint: tuple[str, ...] | None = None
    Cmd: tuple[str, ...] | None = None
    WorkingDir: str = ""
    Labels: dict[str, str] | None = None


class ImageConfig(msgspec.Struct, frozen=True):
    """The configuration blob of an image."""

    created: str = ""
    author: str = ""
    architecture: str = ""
    os: str = ""
    variant: str = ""
    os_version: str = msgspec.field(default="", name="os.version")
    config: RuntimeConfig | None = None
    history: tuple[HistoryStep, ...] | None = None
    unread: tuple[str, ...] = ()
    """What it says that is not as specified, in sentences (never read from it)."""


class EventTarget(msgspec.Struct, frozen=True, rename="camel"):
    """What a webhook event is about."""

    media_type: str = ""
    digest: str = ""
    repository: str = ""
    tag: str = ""


class EventRequest(msgspec.Struct, frozen=True):
    """Who asked the registry."""

    useragent: str = ""


class Event(msgspec.Struct, frozen=True):
    """One notification: ``push``, ``pull``, ``delete`` or ``mount``."""

    id: str = ""
    action: str = ""
    timestamp: str = ""
    target: EventTarget = EventTarget()
    request: EventRequest = EventRequest()


class Envelope(msgspec.Struct, frozen=True):
    """The body of a webhook delivery."""

    events: tuple[Event, ...] = ()
