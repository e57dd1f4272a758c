"""The way to a query's rows along the indexes of its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from backend.live.column import Op
from backend.live.errors import QueryError
from backend.live.guard import Guard
from backend.live.query import Ago, Filter, Query, Value
from backend.live.sql_fields import SqlFields
from backend.live.sql_index import Index, Indexing
from backend.live.sql_where import SqlWhere

__all__ = ["RowAccess", "find_access", "refusal"]

MAX_BRANCHES: Final = 400
"""Index ranges one query may walk side by side; SQLite joins at most 500."""

_RANGES: Final = frozenset({Op.GT, Op.GE, Op.LT, Op.LE, Op.BEGINS, Op.EQ})

Condition = ColumnElement[bool]
Values = dict[str, Value]
Rank = tuple[bool, int, int, int]


@dataclass(frozen=True, slots=True)
class RowAccess:
    """Disjoint ranges of one index. `rest` is what they leave to be asked of each row, and
    `guarded` says that no row in them is invisible. `walks`: the rows lie in the query's
    order and all of them are wanted, so that the first few are read and no more."""

    branches: tuple[Condition, ...]
    rest: Query
    guarded: bool
    walks: bool

    @property
    def whole(self) -> bool:
        """Whether every row of the ranges is wanted."""
        rest = self.rest
        return self.guarded and not (rest.filters or rest.labels or rest.words)

    def conditions(self, where: SqlWhere) -> Condition:
        """What is left to ask of the rows of the branches."""
        return where.query(self.rest, guarded=self.guarded)


async def find_access(
    session: AsyncSession, indexing: Indexing, where: SqlWhere, query: Query, guard: Guard
) -> RowAccess:
    """The best way; an index in the key's order is always there."""
    fields = where.stored
    values = await _values(session, indexing)
    question = _Question(fields, values, where, query, _rights(fields, guard))
    best: tuple[Rank, RowAccess] | None = None
    for index in (*indexing.indexes, Index()):
        found = question.along(index)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is None:  # pragma: no cover - the key's own order always serves
        raise LookupError("no index serves")
    return best[1]


def refusal(fields: SqlFields, indexing: Indexing, access: RowAccess) -> QueryError:
    """Too many rows are left to be looked through one by one."""
    collection, rest = fields.collection, access.rest
    columns = [item.column for item in rest.filters] or [sort.column for sort in rest.sort]
    field = "q" if rest.words else "labels" if rest.labels else columns[0]
    names = dict.fromkeys(
        collection.by_id[name].label
        for index in indexing.indexes
        for name in index.equal
        if name in collection.by_id
    )
    title = collection.title.lower()
    narrow = f"Narrow it by {' or '.join(names)} first" if names else "Narrow it first"
    message = (
        f"There are too many {title} to look through one by one. "
        f"{narrow}, until at most {indexing.bound:,} {title} are left."
    )
    return QueryError(field, "", message, "a filter on " + ", ".join(names) if names else "")


async def _values(session: AsyncSession, indexing: Indexing) -> dict[str, tuple[Value, ...]]:
    return {
        name: values if isinstance(values, tuple) else tuple(await session.scalars(values))
        for name, values in indexing.values.items()
    }


def _rights(fields: SqlFields, guard: Guard) -> list[Values] | None:
    """The values of fields that the guard asks for, one set per right; None when it asks
    for more than that. An empty list: nothing is visible."""
    found = [
        tests
        for scope in fields.collection.scopes
        for held in guard.scopes
        if (tests := scope.covered_by(held, guard.organisation)) is not None
    ]
    if () in found:
        return [{}]
    if any(test.separator or not test.value for tests in found for test in tests):
        return None
    shapes = {tuple(test.field for test in tests) for tests in found}
    if len(shapes) > 1:  # the ranges of different fields could overlap
        return None
    return [{test.field: test.value for test in tests} for tests in found]


@dataclass(frozen=True, slots=True)
class _Question:
    """A query, and the rights it is asked with as values of fields (`_rights`)."""

    fields: SqlFields
    values: Mapping[str, tuple[Value, ...]]
    where: SqlWhere
    query: Query
    rights: list[Values] | None

    def along(self, index: Index) -> tuple[Rank, RowAccess] | None:
        """The way along one index, and how good it is; None when it leads nowhere."""
        given = {item.column: item for item in self.query.filters if _exact(item)}
        own = {name for right in self.rights or () for name in right}
        guarded = self.rights is not None and own <= {*index.equal}
        chosen: list[tuple[Value, ...] | None] = []
        for name in index.equal:
            values = given[name].values if name in given else self.values.get(name)
            if values is None and not (guarded and name in own):
                return None
            chosen.append(values)
        rights: list[Values] = self.rights or [] if guarded else [{}]
        branches = _branches(self.fields, index, chosen, rights)
        if len(branches) > MAX_BRANCHES:
            return None
        ranges = self._ranges(index)
        served = {*ranges, *(given[name] for name in index.equal if name in given)}
        rest = tuple(item for item in self.query.filters if item not in served)
        within = [self.where.filter(item) for item in ranges]
        found = tuple(sa.and_(*tests, *within) for tests in branches)
        order = [f"{'-' * sort.descending}{sort.column}" for sort in self.query.sort]
        access = RowAccess(found, replace(self.query, filters=rest), guarded, walks=False)
        walks = access.whole and [*index.order] == order
        expanded = sum(name not in given and name not in own for name in index.equal)
        by_right = len(own) if guarded else 0
        rank = (walks, len(served) + by_right, -expanded, len(index.equal))
        return rank, replace(access, walks=walks)

    def _ranges(self, index: Index) -> list[Filter]:
        first = index.order[0].removeprefix("-") if index.order else ""
        return [item for item in self.query.filters if item.column == first and _bounds(item)]


def _branches(
    fields: SqlFields,
    index: Index,
    chosen: Iterable[tuple[Value, ...] | None],
    rights: Iterable[Values],
) -> list[list[Condition]]:
    """One list of comparisons per combination of values."""
    wanted = list(chosen)
    return [
        tests
        for right in rights
        for values in product(*_choices(index, wanted, right))
        if (tests := _tests(fields, index, values)) is not None
    ]


def _choices(
    index: Index, wanted: list[tuple[Value, ...] | None], right: Values
) -> Iterator[tuple[Value, ...]]:
    for name, values in zip(index.equal, wanted, strict=True):
        if name not in right:
            yield values or ()
        elif values is None or right[name] in values:
            yield (right[name],)
        else:
            yield ()


def _tests(fields: SqlFields, index: Index, values: Iterable[Value]) -> list[Condition] | None:
    tests: list[Condition] = [sa.true()]
    for name, value in zip(index.equal, values, strict=True):
        test = fields.equal(name, value)
        if test is None:
            return None
        tests.append(test)
    return tests


def _exact(item: Filter) -> bool:
    plain = not any(value is None or isinstance(value, Ago) for value in item.values)
    return item.op in {Op.EQ, Op.IN} and plain


def _bounds(item: Filter) -> bool:
    return item.op in _RANGES and None not in item.values
