"""How the fields of a row are read from, and compared in, a table."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from backend.live.collection import Collection
from backend.live.column import NUMERIC, Type
from backend.live.errors import DeclarationError
from backend.live.guard import Guard

__all__ = ["Related", "SqlFields"]

Element = ColumnElement[Any]
Related = Callable[[Guard], ColumnElement[bool]]
"""Rows that are visible besides those their own scopes show, by what else lies where."""


class SqlFields:
    """The SQL expression of each field of a collection's row, for one dialect's rules of text.

    Text is compared byte by byte (PostgreSQL: ``COLLATE "C"``) and searched with A-Z folded,
    as in memory. A time column may hold a float of Unix seconds or a timestamp. Raises
    `DeclarationError` for what SQL cannot answer as memory would.
    """

    def __init__(
        self,
        collection: Collection,
        table: sa.FromClause,
        given: Mapping[str, Element],
        related: Related | None = None,
    ) -> None:
        self.collection = collection
        self.table = table
        self.elements: dict[str, Element] = {}
        self.related = related
        for name in collection.fields:
            element = given.get(name)
            if element is None:
                if name not in table.c:
                    message = f"collection {collection.name!r}: {table!r} has no column {name!r}"
                    raise DeclarationError(message)
                element = table.c[name]
            self.elements[name] = element
        _check(collection)
        self._readers = [_reader(self.elements[name].type) for name in collection.fields]

    def withholding(self, visible: Mapping[str, Element]) -> SqlFields:
        """The same fields, of which those named are missing where their condition fails."""
        return self.replacing(
            {
                name: sa.case((condition, self.elements[name]), else_=sa.null())
                for name, condition in visible.items()
            }
        )

    def replacing(self, elements: Mapping[str, Element]) -> SqlFields:
        """The same fields, of which those named are read from elsewhere."""
        fields = copy.copy(self)
        fields.elements = {**self.elements, **elements}
        return fields

    def row(self, values: Any) -> Any:
        """The row of a result's values, in the order of the collection's fields."""
        read = [
            value if reader is None or value is None else reader(value)
            for reader, value in zip(self._readers, values, strict=True)
        ]
        return self.collection.row(*read)

    def literal(self, name: str, value: Any) -> Element:
        """A bound value to compare the field with, for order if not for equality."""
        kind = self.elements[name].type
        if isinstance(kind, sa.DateTime):
            # A moment no calendar has is still before or after every row's.
            moment = datetime.fromtimestamp(min(max(value, _FIRST), _LAST), UTC)
            return sa.literal(moment if kind.timezone else moment.replace(tzinfo=None), kind)
        if isinstance(value, bool):
            return sa.literal(value, sa.Boolean())
        if isinstance(value, int):
            return sa.literal(value, sa.BigInteger())
        if isinstance(value, float):
            return sa.literal(value, sa.Double())
        return sa.literal(value, sa.String())

    def ordered(self, name: str, dialect: str) -> Element:
        """The field as it is sorted and compared for order."""
        element = self.elements[name]
        column = self.collection.by_id.get(name)
        numeric = column is not None and (column.type in NUMERIC or column.type is Type.BOOL)
        if dialect == "postgresql" and not numeric:
            return sa.collate(element, "C")
        return element

    def position(self, name: str, needle: str, dialect: str) -> Element:
        """Where the folded text holds `needle` (folded), from 1; 0 when it does not."""
        element = self.elements[name]
        literal = sa.literal(needle, sa.String())
        if dialect == "postgresql":
            return sa.func.strpos(sa.func.lower(sa.collate(element, "C")), literal)
        return sa.func.instr(sa.func.lower(element), literal)


_FIRST = datetime(1, 1, 2, tzinfo=UTC).timestamp()
_LAST = datetime(9999, 12, 30, tzinfo=UTC).timestamp()


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    if isinstance(kind, sa.DateTime):
        return _seconds
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return _number
    if isinstance(kind, sa.Boolean):
        return bool
    return None


def _seconds(value: datetime) -> float:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


def _number(value: Decimal | float) -> float:
    return float(value)


def _check(collection: Collection) -> None:
    for column in collection.columns:
        asked = column.can_filter or column.searched or column.facet
        if column.type is Type.LIST and asked:
            message = f"list column {column.id!r} must have filterable=False in SQL"
            raise DeclarationError(f"collection {collection.name!r}: {message}")
