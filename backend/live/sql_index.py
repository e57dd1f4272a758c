"""Which questions about a table of millions of rows its indexes answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from backend.live.query import Value

__all__ = ["Coded", "Index", "Indexing", "Tally"]


@dataclass(frozen=True, slots=True)
class Index:
    """Rows with given values of the fields `equal` lie in the table in this `order` (a
    query's sort words; the key comes last by itself). The fields of `order` are never None."""

    equal: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """A field that is stored otherwise than it is shown: in the table's `column`, as
    `encode` of the shown value. None from `encode`: no row has that value."""

    column: str
    encode: Callable[[Value], Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts kept beside the rows: `table` has columns named like some of the row's fields
    (and their `Coded` columns), and in `count` how many rows have those values."""

    table: sa.FromClause
    count: str


@dataclass(frozen=True, slots=True)
class Indexing:
    """What makes a table of millions answer in the time of what is shown.

    A question whose filters and order follow one of `indexes` walks it. Of any other, the
    part that an index serves may leave at most `bound` rows to be looked through; more is
    refused with a sentence that says what to narrow by. `values` has all values of a field
    that has few, or a statement that selects them: where a query does not name one, all are
    walked side by side. `tally`
    answers totals and counts of whatever it knows the columns of.
    """

    indexes: tuple[Index, ...]
    coded: Mapping[str, Coded] = field(default_factory=dict)
    values: Mapping[str, tuple[Value, ...] | sa.Select[Any]] = field(default_factory=dict)
    tally: Tally | None = None
    bound: int = 10_000
