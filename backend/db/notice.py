"""A change notice and its form on PostgreSQL's channel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

__all__ = ["CHANNEL", "MAX_KEYS", "Notice", "decode", "encode", "rows"]

CHANNEL: Final = "craton"
MAX_KEYS: Final = 1000
"""More changed keys than this are told as "look at the table"."""
_MAX_BYTES: Final = 7_900
"""PostgreSQL refuses payloads of 8,000 bytes or more."""


class Notice(msgspec.Struct, frozen=True):
    """What changed: the `keys` of a `topic`, or with None anything in it."""

    topic: str
    keys: tuple[str, ...] | None = None


class _Payload(msgspec.Struct, array_like=True):
    origin: str
    topic: str
    keys: tuple[str, ...] | None


_decoder = msgspec.json.Decoder(_Payload)


def rows(table: str) -> str:
    """The topic of a table's rows."""
    return f"rows/{table}"


def encode(origin: str, topic: str, keys: Iterable[str] | None) -> list[str]:
    """The payloads that tell it, each within PostgreSQL's limit; too many keys become None."""
    listed = None if keys is None else tuple(sorted(set(keys)))
    if listed is None or len(listed) > MAX_KEYS:
        return [_text(origin, topic, None)]
    whole = _text(origin, topic, listed)
    if len(whole.encode()) <= _MAX_BYTES:
        return [whole]
    if len(listed) == 1:
        return [_text(origin, topic, None)]
    middle = len(listed) // 2
    return [*encode(origin, topic, listed[:middle]), *encode(origin, topic, listed[middle:])]


def decode(payload: str) -> tuple[str, Notice] | None:
    """The sender's origin and the notice; None for what is no notice of ours."""
    try:
        found = _decoder.decode(payload)
    except msgspec.MsgspecError:
        return None
    return found.origin, Notice(found.topic, found.keys)


def _text(origin: str, topic: str, keys: tuple[str, ...] | None) -> str:
    return msgspec.json.encode(_Payload(origin, topic, keys)).decode()
