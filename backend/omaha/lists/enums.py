"""Filters on the words of stored enums, as conditions on the numbers an index holds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

from sqlalchemy.sql.elements import ColumnElement

from backend.live.column import Op
from backend.live.fold import fold
from backend.live.query import Filter
from backend.omaha.domain.model import Arch, GrantState, Reason, UpdateStatus

__all__ = ["ENUMS", "among", "numbers", "word"]

ENUMS: Final[Mapping[str, type[IntEnum]]] = {
    "arch": Arch,
    "status": UpdateStatus,
    "reason": Reason,
    "grant": GrantState,
}
"""The columns of a machine that hold an enum's number."""


def word(kind: type[IntEnum], number: int) -> str:
    """A stored number as the API spells it; one that a newer replica wrote as it is."""
    try:
        return kind(number).name.lower()
    except ValueError:
        return str(number)


def numbers(kind: type[IntEnum], item: Filter) -> list[int]:
    """The numbers whose word passes the filter."""
    return [member.value for member in kind if _passes(item, member.name.lower())]


def among(element: ColumnElement[Any], chosen: list[int]) -> ColumnElement[bool]:
    """The number is one of these."""
    return element == chosen[0] if len(chosen) == 1 else element.in_(chosen)


def _passes(item: Filter, text: str) -> bool:
    values = [str(value) for value in item.values if value is not None]
    if item.op in {Op.EQ, Op.IN}:
        return text in values
    if item.op in {Op.NE, Op.NOT_IN}:
        return text not in values
    if item.op is Op.BEGINS:
        return text.startswith(values[0])
    return (fold(values[0]) in text) == (item.op is Op.HAS)
