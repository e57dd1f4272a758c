"""How a question about machines is answered at a bounded cost, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from backend.live.column import Op
from backend.live.page import After
from backend.live.query import Filter, Query, Sort
from backend.live.sql_where import SqlWhere
from backend.omaha.lists.enums import ENUMS, among, numbers
from backend.omaha.lists.machine_fields import (
    GROUP_COLUMNS,
    INSTANCE,
    MACHINES,
    TALLY_COLUMNS,
)

__all__ = ["FEW", "SCAN", "Facts", "MachinePlan", "split"]

FEW: Final = 50_000
"""So many machines are looked at one by one: some tens of milliseconds."""
SCAN: Final = 20_000
"""Of more, a filter that no index serves looks at so many in order, and goes on behind them."""

Condition = ColumnElement[bool]
_ID: Final = INSTANCE.c.id
_TEXTS: Final = ("machine_id", "name", "ip")
"""Columns with an index of their own, which sorting and prefixes use."""
_RANGES: Final = frozenset({Op.EQ, Op.IN, Op.BEGINS})
_LAST: Final = "\U0010ffff"


class Facts(NamedTuple):
    """What a machine's row takes from its group."""

    application_id: str
    group_id: str
    application: str
    group: str
    channel: str
    target: str


@dataclass(frozen=True, slots=True)
class QueryParts:
    """A query's filters by who answers them; `found`: an index finds few machines."""

    groups: Query
    tally: Query
    machines: tuple[Filter, ...]
    counted: bool
    hidden: bool
    found: bool


def split(query: Query) -> QueryParts:
    """Who answers what of `query`."""
    of_groups = tuple(f for f in query.filters if f.column in GROUP_COLUMNS)
    others = tuple(f for f in query.filters if f.column not in GROUP_COLUMNS)
    tallied = tuple(f for f in query.filters if f.column in TALLY_COLUMNS)
    return QueryParts(
        groups=Query(filters=of_groups),
        tally=Query(filters=tuple(f for f in tallied if f.column != "status")),
        machines=others,
        counted=not query.words and len(tallied) == len(query.filters),
        hidden=any(f.column == "hidden" for f in others),
        found=bool(query.words) or any(f.column in _TEXTS and f.op in _RANGES for f in others),
    )


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """The statement that reads machines. `groups` are those looked into (by id), `machines`
    how many of them the tally counts; `whole`: every group is looked into."""

    query: Query
    parts: QueryParts
    groups: dict[int, Facts]
    whole: bool
    machines: int
    where: SqlWhere

    @property
    def bounded(self) -> bool:
        """Whether only the beginning can be looked at: no index serves some filter."""
        return not self.parts.found and self.machines > FEW and bool(self._unserved())

    def select(
        self, columns: Sequence[Any], *, after: After | None, limit: int, offset: int = 0
    ) -> sa.Select[Any]:
        """`columns` of the machines in order."""
        if not self.bounded:
            statement = sa.select(*columns).where(*self._served(), *self._unserved())
            return self._in_order(statement, after).limit(limit).offset(offset)
        inner = self.scanned(after).subquery()
        statement = sa.select(*(inner.c[column.name] for column in columns))
        statement = statement.where(*self._unserved(inner)).order_by(*self._order(inner))
        return statement.limit(limit).offset(offset)

    def scanned(self, after: After | None) -> sa.Select[Any]:
        """The machines that a bounded search looks at, in order."""
        return self._in_order(sa.select(INSTANCE).where(*self._served()), after).limit(SCAN)

    def matching(self, limit: int) -> sa.Subquery:
        """The ids of at most `limit` machines that pass, in no order."""
        if self.bounded:
            inner = self.scanned(None).subquery()
            statement = sa.select(inner.c.id).where(*self._unserved(inner))
        else:
            statement = sa.select(_ID).where(*self._served(), *self._unserved())
        return statement.limit(limit).subquery()

    def conditions(self) -> list[Condition]:
        """Everything a machine must be to pass."""
        return [*self._served(), *self._unserved()]

    def _in_order(self, statement: sa.Select[Any], after: After | None) -> sa.Select[Any]:
        if after is not None:
            statement = statement.where(*_behind(self.query.sort, after))
        return statement.order_by(*self._order(INSTANCE))

    def _order(self, table: sa.FromClause) -> list[ColumnElement[Any]]:
        terms = [
            table.c[sort.column].desc() if sort.descending else table.c[sort.column].asc()
            for sort in self.query.sort
        ]
        return [*terms, table.c.id]

    def _served(self) -> list[Condition]:
        """What an index serves, or what nearly every machine passes."""
        walk = self.machines > FEW and not self.parts.found and self.where.dialect == "sqlite"
        found = [] if self.whole else [among(_plain(INSTANCE.c.group_id, walk), [*self.groups])]
        if not self.parts.hidden:
            found.append(INSTANCE.c.hidden.is_(sa.false()))
        for item in self.parts.machines:
            if item.column == "status":
                chosen = numbers(ENUMS["status"], item)
                found.append(among(_plain(INSTANCE.c.status, walk), chosen or [-1]))
            elif item.column in {"release", "hidden"} or (
                item.column in _TEXTS and item.op in _RANGES
            ):
                found.append(self.where.query(Query(filters=(item,))))
        return found + [_word(word) for word in self.query.words]

    def _unserved(self, table: sa.FromClause = INSTANCE) -> list[Condition]:
        """What no index serves."""
        found: list[Condition] = []
        for item in self.parts.machines:
            if item.column in {"status", "release", "hidden"} or (
                item.column in _TEXTS and item.op in _RANGES
            ):
                continue
            if item.column in ENUMS:
                element = MACHINES.elements[item.column]
                found.append(among(element, numbers(ENUMS[item.column], item) or [-1]))
            else:
                found.append(self.where.query(Query(filters=(item,))))
        if table is INSTANCE:
            return found
        return [_moved(condition, table) for condition in found]


def _moved(condition: Condition, table: sa.FromClause) -> Condition:
    """A condition on the machines' table, on the columns of a subquery of it."""

    def swap(element: Any, **_: Any) -> Any:
        if isinstance(element, sa.Column) and element.table is INSTANCE:
            return table.c[element.name]
        return None

    moved: Condition = sa.sql.visitors.replacement_traverse(condition, {}, swap)
    return moved


def _plain(element: ColumnElement[Any], walk: bool) -> ColumnElement[Any]:
    """SQLite knows no statistics: it is kept from sorting millions found by another index."""
    return element + 0 if walk else element


def _word(word: str) -> Condition:
    """A machine's id, name or address begins with `word`: ranges of three indexes."""
    spelt = {
        "machine_id": {word.strip("{}")},
        "name": {word, word.upper(), word.capitalize()},
        "ip": {word},
    }
    return sa.or_(
        *(
            sa.and_(INSTANCE.c[name] >= text, INSTANCE.c[name] < text + _LAST)
            for name, texts in spelt.items()
            for text in sorted(texts)
        )
    )


def _behind(sorts: Iterable[Sort], after: After) -> list[Condition]:
    """The machine's place is behind the cursor's; the first comparison is an index range."""
    same: list[Condition] = []
    choices: list[Condition] = []
    ranges: list[Condition] = []
    for sort, value in zip(sorts, after.values, strict=True):
        element = INSTANCE.c[sort.column]
        if not ranges:
            ranges.append(element <= value if sort.descending else element >= value)
        behind = element < value if sort.descending else element > value
        choices.append(sa.and_(*same, behind))
        same.append(element == value)
    key = int(after.key) if after.key.isdecimal() else 0
    return [*ranges, sa.or_(*choices, sa.and_(*same, key < _ID))]
