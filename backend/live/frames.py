"""The frames of the live protocol (README.md and schema.json in this folder)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

__all__ = [
    "MAX_FRAME",
    "MAX_WINDOW",
    "PROTOCOL",
    "ClientFrame",
    "Move",
    "Pause",
    "Pong",
    "QueryWords",
    "Resume",
    "Subscribe",
    "Unsubscribe",
    "read_frame",
    "server_frame",
]

PROTOCOL: Final = 1
MAX_FRAME: Final = 16 * 1024
MAX_WINDOW: Final = 500
MAX_OFFSET: Final = 10_000_000

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Offset = Annotated[int, Meta(ge=0, le=MAX_OFFSET)]
Limit = Annotated[int, Meta(ge=1, le=MAX_WINDOW)]


class QueryWords(msgspec.Struct, frozen=True):
    """The words of a query, as in the URL of a list."""

    filter: list[str] = []
    labels: str = ""
    q: str = ""
    sort: list[str] = []
    facet: list[str] = []


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


def server_frame(op: str, **members: Any) -> str:
    """A frame of the server that is not about rows."""
    return _encode({"op": op, **members}).decode()
