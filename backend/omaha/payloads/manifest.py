"""What an offline bundle says about itself: a versioned document with limits on everything."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from backend.omaha.domain import semver
from backend.omaha.domain.model import Arch, PackageKind
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.names import check_name

MAX_PACKAGES = 500
MAX_FILES = 5_000

HexDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(max_length=256)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BundleFile(_Document):
    """A file in the bundle, and the name it is hosted under. `signature` is the SHA-256 of
    the kept signature, which is another entry."""

    name: FileName
    sha256: HexDigest
    sha1: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    size: int = Field(ge=1, le=1 << 40)
    kind: Format
    signature: HexDigest | None = None

    @field_validator("name")
    @classmethod
    def _plain(cls, value: str) -> str:
        try:
            return check_name(value)
        except PayloadRefused as error:
            raise ValueError(error.detail) from None


class BundleExtra(_Document):
    """An extra file as the Omaha manifest lists it: `sha1` base64, `sha256` hex."""

    name: FileName
    size: int = Field(ge=1, le=1 << 40)
    sha1: str = Field(default="", max_length=64)
    sha256: str = Field(default="", max_length=64)


class BundleFloor(_Document):
    """The package is a floor on the channel of this name (and the package's architecture)."""

    channel: str = Field(max_length=64)
    reason: str = Field(default="", max_length=1024)


class BundlePackage(_Document):
    """A package; its fields mean what those of `tables.PackageRow` mean."""

    release: str
    arch: Arch
    kind: PackageKind
    url: str = Field(default="", max_length=1024)
    filename: FileName
    size: int = Field(ge=1, le=1 << 40)
    sha1: str = Field(default="", max_length=64)
    sha256: str = Field(max_length=64)
    description: str = Field(default="", max_length=1024)
    release_notes: str = Field(default="", max_length=65_536)
    extras: tuple[BundleExtra, ...] = Field(default=(), max_length=64)
    floors: tuple[BundleFloor, ...] = Field(default=(), max_length=100)
    blacklist: tuple[Annotated[str, Field(max_length=64)], ...] = Field(default=(), max_length=100)

    @field_validator("release")
    @classmethod
    def _semantic(cls, value: str) -> str:
        return semver.parse(value).text


class BundleManifest(_Document):
    """The signed document. Files not named here are not read."""

    format: Literal["craton-update-bundle"] = "craton-update-bundle"
    version: Literal[1] = 1
    created: str = Field(max_length=40, description="RFC 3339")
    appid: str = Field(max_length=64)
    application: str = Field(max_length=128)
    packages: tuple[BundlePackage, ...] = Field(max_length=MAX_PACKAGES)
    files: tuple[BundleFile, ...] = Field(max_length=MAX_FILES)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [file.name for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError("a hosted name occurs twice")
        digests = {file.sha256 for file in self.files}
        loose = [f.name for f in self.files if f.signature and f.signature not in digests]
        if loose:
            raise ValueError(f"the signature of {loose[0]} is not in the bundle")
        keys = [(package.release, package.arch) for package in self.packages]
        if len(set(keys)) != len(keys):
            raise ValueError("a version occurs twice for one architecture")
        return self
