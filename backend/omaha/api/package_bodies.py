"""Bodies and answers of the package routes."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from backend.omaha.api.types import (
    ArchName,
    Body,
    BodyId,
    KindName,
    Line,
    Named,
    Notes,
    View,
)
from backend.omaha.catalog import packages
from backend.omaha.payloads.digest import base64_to_hex
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.names import check_name

MAX_SIZE = 1 << 40

Release = Annotated[str, Field(min_length=5, max_length=64)]
FileName = Annotated[str, Field(min_length=1, max_length=200)]
Size = Annotated[int, Field(ge=1, le=MAX_SIZE, description="bytes")]
Base64Sha1 = Annotated[str, Field(max_length=28, description="base64")]
Base64Sha256 = Annotated[str, Field(max_length=44, description="base64")]
HexSha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$", description="hex")]
Url = Annotated[str, Field(max_length=1000)]


def _plain_name(value: str) -> str:
    try:
        return check_name(value)
    except PayloadRefused as error:
        raise ValueError(error.detail) from None


def _digest(value: str, size: int) -> str:
    """Base64 of a digest of `size` bytes, or empty."""
    try:
        fits = len(base64_to_hex(value)) == 2 * size
    except ValueError:
        fits = False
    if value and not fits:
        raise ValueError(f"must be {size} bytes in base64")
    return value


def _code_base(value: str) -> str:
    """An http(s) URL that ends with ``/``: clients join it with the file name (updates 3.4)."""
    parts = urlsplit(value)
    printable = value.isascii() and value.isprintable() and " " not in value
    if not printable or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https URL")
    return value if value.endswith("/") else f"{value}/"


class ExtraFileBody(Body):
    """A file listed after the payload, e.g. ``oem-qemu.gz``."""

    name: FileName
    size: Size
    sha1: Base64Sha1 = ""
    sha256: HexSha256 = ""

    _name = field_validator("name")(_plain_name)

    @field_validator("sha1")
    @classmethod
    def _sha1(cls, value: str) -> str:
        return _digest(value, 20)


class ExtraFileView(View):
    """As in the manifest: `sha1` base64, `sha256` hex."""

    name: str
    size: int
    sha1: str
    sha256: str


class PackageView(View):
    """A package. `url` empty: this service hosts the payload as `filename`."""

    id: int
    application_id: int
    release: str
    arch: ArchName
    kind: KindName
    url: str
    hosted: bool
    filename: str
    size: int
    sha1: str
    sha256: str
    description: str
    release_notes: str
    extras: list[ExtraFileView]
    blacklist: list[int]
    channels: list[Named]
    created_at: float
    updated_at: float
    version: int


class PackageCreate(Body):
    """A package to be made: either of an uploaded payload (`file_id`), or of one elsewhere
    (`url`, `filename`, `size`, `sha256`)."""

    release: Release
    arch: ArchName
    kind: KindName = "flatcar"
    file_id: BodyId | None = None
    url: Url | None = None
    filename: FileName | None = None
    size: Size | None = None
    sha1: Base64Sha1 = ""
    sha256: Base64Sha256 | None = None
    description: Line = ""
    release_notes: Notes = ""
    extras: Annotated[
        list[ExtraFileBody], Field(default_factory=list, max_length=packages.MAX_EXTRAS)
    ]
    blacklist: Annotated[list[BodyId], Field(default_factory=list, max_length=200)]

    @field_validator("url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        return None if value is None else _code_base(value)

    @field_validator("filename")
    @classmethod
    def _filename(cls, value: str | None) -> str | None:
        return None if value is None else _plain_name(value)

    @field_validator("sha1")
    @classmethod
    def _sha1(cls, value: str) -> str:
        return _digest(value, 20)

    @field_validator("sha256")
    @classmethod
    def _sha256(cls, value: str | None) -> str | None:
        return None if value is None else _digest(value, 32)


class PackageChange(Body):
    """What to change; absent fields stay. Version, architecture and payload never change."""

    url: Url | None = None
    description: Line | None = None
    release_notes: Notes | None = None
    extras: Annotated[list[ExtraFileBody], Field(max_length=packages.MAX_EXTRAS)] | None = None
    blacklist: Annotated[list[BodyId], Field(max_length=200)] | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        return None if value is None else _code_base(value)
