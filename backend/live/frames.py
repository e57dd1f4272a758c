"""The frames of the live protocol (README.md and schema.json in this folder)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from backend.live.answers import FacetCount
from backend.live.row import Row
from integrations.contract import Freshness

__all__ = [
    "MAX_FRAME",
    "MAX_WINDOW",
    "PROTOCOL",
    "ClientFrame",
    "Delta",
    "DeltaBody",
    "Heartbeat",
    "Hello",
    "Move",
    "Pause",
    "Pong",
    "QueryWords",
    "Refused",
    "Resume",
    "Resync",
    "ServerFrame",
    "Snapshot",
    "SnapshotBody",
    "Subscribe",
    "Unsubscribe",
    "encode_body",
    "encode_frame",
    "read_frame",
]

PROTOCOL: Final = 1
MAX_FRAME: Final = 16 * 1024
MAX_WINDOW: Final = 500
MAX_OFFSET: Final = 10_000_000

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Offset = Annotated[int, Meta(ge=0, le=MAX_OFFSET)]
Limit = Annotated[int, Meta(ge=1, le=MAX_WINDOW)]


class QueryWords(msgspec.Struct, frozen=True):
    """The words of a query, as in the URL of a list; `team` narrows it to what that one owns."""

    filter: list[str] = []
    labels: str = ""
    q: str = ""
    sort: list[str] = []
    facet: list[str] = []
    team: Annotated[str, Meta(max_length=64)] = ""


class Subscribe(msgspec.Struct, frozen=True, tag_field="op", tag="subscribe"):
    """Show rows `offset` to `offset + limit` of a query under `id`, replacing what it was."""

    id: Id
    collection: Annotated[str, Meta(max_length=64)]
    query: QueryWords = QueryWords()
    offset: Offset = 0
    limit: Limit = 100


class Move(msgspec.Struct, frozen=True, tag_field="op", tag="window"):
    """Show another stretch of the same query."""

    id: Id
    offset: Offset
    limit: Limit


class Unsubscribe(msgspec.Struct, frozen=True, tag_field="op", tag="unsubscribe"):
    """Forget `id`."""

    id: Id


class Pause(msgspec.Struct, frozen=True, tag_field="op", tag="pause"):
    """Send nothing but heartbeats: nobody looks at the tab."""


class Resume(msgspec.Struct, frozen=True, tag_field="op", tag="resume"):
    """Send a fresh snapshot of every subscription."""


class Pong(msgspec.Struct, frozen=True, tag_field="op", tag="pong"):
    """The answer to a heartbeat."""


ClientFrame = Subscribe | Move | Unsubscribe | Pause | Resume | Pong

Seq = Annotated[int, Meta(ge=1)]
Total = Annotated[int, Meta(ge=0)]
Facets = dict[str, list[FacetCount]]


class Hello(msgspec.Struct, frozen=True, tag_field="op", tag="hello", forbid_unknown_fields=True):
    """The first frame: the protocol's number, the seconds between heartbeats, which server."""

    protocol: int
    heartbeat: float
    server: str


class SnapshotBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The window's rows in order, and what is true of the whole view."""

    offset: Offset
    rows: list[Row]
    total: Total
    total_exact: bool
    facets: Facets
    freshness: list[Freshness]


class DeltaBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What changed in the window. `order` is there when membership or order changed, the
    others when they did."""

    upsert: list[Row]
    remove: list[str]
    order: list[str] | UnsetType = UNSET
    total: Total | UnsetType = UNSET
    total_exact: bool | UnsetType = UNSET
    facets: Facets | UnsetType = UNSET
    freshness: list[Freshness] | UnsetType = UNSET

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        others = (self.order, self.total, self.total_exact, self.facets, self.freshness)
        return not (self.upsert or self.remove) and all(value is UNSET for value in others)


class Snapshot(SnapshotBody, tag_field="op", tag="snapshot", kw_only=True):
    """Show these rows instead of what was shown."""

    id: Id
    seq: Seq


class Delta(DeltaBody, tag_field="op", tag="delta", kw_only=True):
    """Change what is shown."""

    id: Id
    seq: Seq


class Resync(msgspec.Struct, frozen=True, tag_field="op", tag="resync", forbid_unknown_fields=True):
    """The next frame of `id` is a snapshot; keep the old rows until it arrives."""

    id: Id
    reason: str


class Refused(msgspec.Struct, frozen=True, tag_field="op", tag="error", forbid_unknown_fields=True):
    """The subscription does not exist; `problem` is RFC 9457's object."""

    id: Id
    problem: dict[str, Any]


class Heartbeat(
    msgspec.Struct, frozen=True, tag_field="op", tag="heartbeat", forbid_unknown_fields=True
):
    """The server lives; answer with a pong."""

    at: float


ServerFrame = Hello | Snapshot | Delta | Resync | Refused | Heartbeat
Notice = Hello | Resync | Refused | Heartbeat
"""The frames that are not about rows: those are put together of a head and a body that is
encoded once for everybody who looks at the same window."""

_decoder: Final = msgspec.json.Decoder(ClientFrame)
_encode: Final = msgspec.json.Encoder().encode


def read_frame(text: str) -> ClientFrame:
    """Read a client's frame; raises `ValueError` saying what is wrong with it."""
    if len(text) > MAX_FRAME:
        raise ValueError(f"a frame has at most {MAX_FRAME} characters")
    try:
        frame: ClientFrame = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return frame


def encode_frame(frame: Notice) -> str:
    """The text of a frame of the server that is not about rows."""
    return _encode(frame).decode()


def encode_body(body: SnapshotBody | DeltaBody) -> str:
    """The members of a snapshot or delta after ``seq``, without the brace."""
    return _encode(body).decode()[1:]
