"""Keyset pages: a cursor is the last entry's key, so a page costs the same at any depth."""

from __future__ import annotations

import base64
import json
from typing import Any, Generic, TypeVar

from backend.errors import BadRequest
from backend.omaha.api.types import View

Item = TypeVar("Item")


class Page(View, Generic[Item]):
    """A page of a list. `next` is the cursor of the following page, null at the end."""

    items: list[Item]
    next: str | None


def encode(*key: str | int) -> str:
    """The cursor of an entry with this key."""
    packed = json.dumps(key, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def decode(cursor: str | None, *kinds: type[Any]) -> tuple[Any, ...] | None:
    """The key in `cursor`, with values of `kinds`; `BadRequest` for a cursor that is not ours.

    A cursor is not secret: it only says where to go on, rights are checked anew.
    """
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        key = None
    if (
        not isinstance(key, list)
        or len(key) != len(kinds)
        or not all(type(part) is kind for part, kind in zip(key, kinds, strict=True))
        or any(type(part) is int and not 0 <= part < 2**63 for part in key)
        or any(type(part) is str and "\0" in part for part in key)
    ):
        raise BadRequest("The cursor is not one of this list; start again without it.")
    return tuple(key)
