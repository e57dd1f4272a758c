"""A result as a file, streamed: CSV (RFC 4180) or JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from backend.live.column import Column, Type
from backend.live.units import displayed, plain
from integrations.inert import inert

__all__ = ["Form", "csv_pieces", "form_of", "json_lines"]


class Form(StrEnum):
    """What a result can be downloaded as; its value is the file's ending."""

    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        """What it is sent as, without a charset."""
        return "text/csv" if self is Form.CSV else "application/x-ndjson"


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def form_of(asked: str, accept: str) -> Form | None:
    """The form that is asked for by name, or else by what is accepted; None for a page."""
    if asked:
        return Form(asked) if asked in set(Form) else None
    return next((form for form in Form if accept.startswith(form.media_type)), None)


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


async def json_lines(
    columns: Sequence[Column],
    pieces: AsyncIterator[list[Any]],
    still_allowed: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes]:
    """An object for each row, with its key and as plain values what the list has; ends as
    `csv_pieces` does. Nothing in it is made inert: programs read it, which want what is there."""
    names = [column.id for column in columns if column.id != "key"]
    encode = msgspec.json.Encoder().encode_lines
    async for rows in pieces:
        if not await still_allowed():
            raise PermissionError("the caller's rights changed during the download")
        yield encode([{"key": row.key} | {n: getattr(row, n) for n in names} for row in rows])


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
