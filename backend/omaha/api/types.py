"""Input types with limits, and how stored numbers read in the API."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Final, Literal, TypeVar, cast

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from backend.omaha.domain.model import Arch, PackageKind, Reason, UpdateStatus

MAX_ID: Final = 2**31 - 1
MAX_BIG_ID: Final = 2**63 - 1
MAX_TIME: Final = 32_503_680_000.0
"""Unix seconds of the year 3000."""

_PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*$"
_TEXT: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Id = Annotated[int, Path(ge=1, le=MAX_ID)]
BigId = Annotated[int, Path(ge=1, le=MAX_BIG_ID)]
BodyId = Annotated[int, Field(ge=1, le=MAX_ID)]
QueryId = Annotated[int, Query(ge=1, le=MAX_ID)]

Name = Annotated[str, Field(min_length=1, max_length=128, pattern=_PRINTABLE)]
ShortName = Annotated[str, Field(min_length=1, max_length=64, pattern=_PRINTABLE)]
Track = Annotated[str, Field(min_length=1, max_length=256, pattern=_PRINTABLE)]
Line = Annotated[str, Field(max_length=1024, pattern=_PRINTABLE)]
Notes = Annotated[str, Field(max_length=65_536, pattern=_TEXT)]

ArchName = Literal["all", "amd64", "aarch64", "x86"]
KindName = Literal["flatcar", "docker", "rocket", "other"]
StatusName = Literal[
    "undefined", "granted", "error", "complete", "installed", "downloaded", "downloading", "on_hold"
]

Number = TypeVar("Number", bound=IntEnum)


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class View(BaseModel):
    """An answer. No field has a default, so every field is always there."""

    model_config = ConfigDict(frozen=True)


class Named(View):
    """Another object, by id and name."""

    id: int
    name: str


class PackageBrief(View):
    """A package, by id and version."""

    id: int
    release: str


def label(number: IntEnum) -> str:
    """An enum as the API spells it."""
    return number.name.lower()


def arch_label(number: int) -> ArchName:
    """A stored architecture."""
    return cast(ArchName, label(Arch(number)))


def kind_label(number: int) -> KindName:
    """A stored package kind."""
    return cast(KindName, label(PackageKind(number)))


def status_label(number: int) -> StatusName:
    """A stored status."""
    return cast(StatusName, label(UpdateStatus(number)))


def arch_of(name: str) -> Arch:
    """The architecture an input names."""
    return Arch[name.upper()]


def kind_of(name: str) -> PackageKind:
    """The package kind an input names."""
    return PackageKind[name.upper()]


def label_or_number(kind: type[Number], number: int) -> str:
    """An enum of the engine's; a number a newer replica wrote is shown as it is."""
    try:
        return label(kind(number))
    except ValueError:
        return str(number)


def reason_label(number: int) -> str:
    """A stored reason of a hold."""
    return label_or_number(Reason, number)
