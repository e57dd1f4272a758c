"""A result as CSV (RFC 4180), streamed."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from backend.live.column import Column, Type
from backend.live.units import displayed, plain
from integrations.inert import inert

__all__ = ["csv_pieces"]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


async def csv_pieces(
    columns: Sequence[Column],
    pieces: AsyncIterator[list[Any]],
    still_allowed: Callable[[], Awaitable[bool]],
    *,
    display: bool = False,
) -> AsyncIterator[str]:
    """Header and rows; with `display` amounts have the units people read, else they are plain
    numbers in base units. Times are RFC 3339 in UTC; text that a spreadsheet would run as a
    formula gets a leading apostrophe (OWASP, CSV injection), and what would act on a reader is
    a symbol (`integrations.inert`). Ends with `PermissionError`
    when `still_allowed` says no between two pieces: the caller's rights have changed."""
    yield _lines([[column.label for column in columns]])
    async for rows in pieces:
        if not await still_allowed():
            raise PermissionError("the caller's rights changed during the download")
        yield _lines(
            [[_cell(c.type, getattr(row, c.id), display) for c in columns] for row in rows]
        )


def _lines(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _cell(kind: Type, value: Any, display: bool) -> str:
    if value is None:
        return ""
    if kind is Type.TIME:
        return _moment(value)
    if isinstance(value, Mapping):
        value = ",".join(f"{key}={text}" for key, text in sorted(value.items()))
    elif isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, int | float):
        return displayed(kind, value) if display else plain(value)
    elif not isinstance(value, str):
        value = ",".join(map(str, value))
    return f"'{inert(value)}" if value.startswith(_FORMULA) else inert(value)


def _moment(value: float) -> str:
    """RFC 3339; the plain number for what no calendar has."""
    try:
        return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return plain(value)
