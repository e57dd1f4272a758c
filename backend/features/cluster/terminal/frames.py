"""What a terminal's socket carries beside the bytes themselves: JSON in text frames.

Binary frames are what is typed (from the page) and what is shown (to it), as it is.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

__all__ = [
    "Beat",
    "Ended",
    "Here",
    "Idle",
    "Open",
    "Opened",
    "Reason",
    "Refused",
    "Size",
    "Stay",
    "Taken",
    "Took",
    "encoded",
    "read_frame",
]

Cells = Annotated[int, Meta(ge=1, le=1000)]
Word = Annotated[str, Meta(max_length=4096)]
Bytes = Annotated[int, Meta(ge=0, le=1 << 30)]


class Reason(StrEnum):
    """Why a terminal is over."""

    EXITED = "exited"
    """Its program ended: `code` is what it ended with."""
    CONTAINER = "container"
    """The container ended, with `code`."""
    GONE = "gone"
    """The pod is gone, or told to go."""
    BROKEN = "broken"
    """The connection to the container broke: `message` says how."""
    IDLE = "idle"
    """Nothing was typed for too long."""
    EXPIRED = "expired"
    """It was open for as long as one may be."""
    RIGHT = "right"
    """The person may not, or is not signed in, any more."""
    SILENT = "silent"
    """The page did not answer any more."""
    LEFT = "left"
    """The page was closed, or the console stops."""


class Open(Struct, tag="open", tag_field="op", forbid_unknown_fields=True):
    """The first frame: where, and what to run; without `command` the best shell there is."""

    container: Annotated[str, Meta(min_length=1, max_length=253)]
    columns: Cells = 80
    rows: Cells = 24
    command: Annotated[list[Word], Meta(max_length=64)] = []


class Size(Struct, tag="size", tag_field="op", forbid_unknown_fields=True):
    """The page's window has so many cells now."""

    columns: Cells
    rows: Cells


class Taken(Struct, tag="taken", tag_field="op", forbid_unknown_fields=True):
    """So many more bytes were shown: as many may follow."""

    bytes: Bytes


class Here(Struct, tag="here", tag_field="op", forbid_unknown_fields=True):
    """The answer to a beat."""


class Stay(Struct, tag="stay", tag_field="op", forbid_unknown_fields=True):
    """Somebody is there, though nothing is typed."""


class Opened(Struct, tag="opened", tag_field="op", frozen=True):
    """It runs. `user` is who the cluster takes the person for, empty where the console's own
    rights decide. `idle` are the seconds without typing after which it ends, `until` (Unix
    seconds) is its end in any case."""

    user: str
    container: str
    protocol: str
    at: float
    idle: float
    until: float


class Beat(Struct, tag="beat", tag_field="op", frozen=True):
    """Whether the page is still there."""


class Took(Struct, tag="took", tag_field="op", frozen=True):
    """So many more bytes went to the container: as many may follow."""

    bytes: int


class Idle(Struct, tag="idle", tag_field="op", frozen=True):
    """It ends in so many seconds unless something is typed; none: not any more."""

    seconds: float | None


class Ended(Struct, tag="ended", tag_field="op", frozen=True):
    """It is over: the last frame."""

    reason: Reason
    code: int | None = None
    message: str = ""


class Refused(Struct, tag="refused", tag_field="op", frozen=True):
    """It was not opened: problem+json. The last frame."""

    problem: dict[str, Any]


FromPage = Open | Size | Taken | Here | Stay
ToPage = Opened | Beat | Took | Idle | Ended | Refused

_DECODER: Final = msgspec.json.Decoder(FromPage)
_ENCODER: Final = msgspec.json.Encoder()


def read_frame(text: str) -> FromPage:
    """A text frame of the page; `ValueError` for what is none."""
    frame: FromPage = _DECODER.decode(text)
    return frame


def encoded(frame: ToPage) -> str:
    """As a text frame."""
    return _ENCODER.encode(frame).decode()
