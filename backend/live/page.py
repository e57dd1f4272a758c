"""One page of a list, and the cursor that continues it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from backend.live.answers import FacetCount
from backend.live.collection import Collection
from backend.live.column import NUMERIC, Type
from backend.live.errors import QueryError
from backend.live.query import Query

__all__ = ["After", "FacetCount", "Page", "read_cursor", "write_cursor"]

MAX_CURSOR: Final = 8192


@dataclass(frozen=True, slots=True)
class After:
    """Continue behind the row with these sort values and key."""

    values: tuple[Any, ...]
    key: str


@dataclass(slots=True)
class Page:
    """Rows in order, and what is true of the whole result. `total_exact` is False where
    `total` is an estimate or a lower bound. `next` continues; None at the end."""

    rows: list[Any]
    total: int
    total_exact: bool = True
    facets: dict[str, list[FacetCount]] = field(default_factory=dict)
    next: str | None = None


def write_cursor(query: Query, row: Any) -> str:
    """The cursor behind `row`; it holds only what the row itself shows."""
    values = [getattr(row, sort.column) for sort in query.sort]
    raw = msgspec.json.encode([_mark(query), row.key, *values])
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_cursor(collection: Collection, query: Query, text: str) -> After:
    """Read a cursor back; raise `QueryError` when it is not one of this query's sort."""
    try:
        return _decode(collection, query, text)
    except (ValueError, TypeError, binascii.Error, UnicodeError, msgspec.DecodeError) as error:
        message = "The cursor does not belong to this list; start from the first page."
        raise QueryError("cursor", text, message, "the value of next, unchanged") from error


def _decode(collection: Collection, query: Query, text: str) -> After:
    if len(text) > MAX_CURSOR:
        raise ValueError("too long")
    raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    mark, key, *values = msgspec.json.decode(raw)
    if mark != _mark(query) or not isinstance(key, str):
        raise ValueError("of another sort")
    for sort, value in zip(query.sort, values, strict=True):
        _check(collection, sort.column, value)
    return After(tuple(values), key)


def _mark(query: Query) -> str:
    sort = ",".join(f"{'-' * s.descending}{s.column}" for s in query.sort)
    return hashlib.sha256(sort.encode()).hexdigest()[:8]


def _check(collection: Collection, name: str, value: Any) -> None:
    kind = collection.by_id[name].type
    if value is None and name in collection.nullable:
        return
    wanted: Any = bool if kind is Type.BOOL else (int, float) if kind in NUMERIC else str
    if not isinstance(value, wanted) or (kind in NUMERIC and isinstance(value, bool)):
        raise TypeError(name)
