"""The statements that answer questions about a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement, UnaryExpression
from sqlalchemy.sql.operators import desc_op

from backend.live.guard import Guard
from backend.live.page import After, FacetCount
from backend.live.query import Query
from backend.live.sql_counts import count_rows, is_text, top_texts, top_values
from backend.live.sql_fields import SqlFields
from backend.live.sql_known import Known
from backend.live.sql_newest import reach
from backend.live.sql_values import ValueIndex, known
from backend.live.sql_where import Condition, SqlWhere

__all__ = ["FACET_BOUND", "Counts", "SqlReader"]

FACET_BOUND: Final = 100_000
FOUND: Final = 200
FEW: Final = 2000
"""So few rows are gathered before they are sorted: a planner that expects to come upon them soon
walks an index of the order instead, here through nearly all of the table."""

_FENCE: Final = 1_000_000_000
"""A bound that nothing reaches."""

Counts = tuple[int, bool, dict[str, list[FacetCount]]]
"""The total, whether it is exact, and the facets."""


class SqlReader:
    """Rows, counts and names of one table."""

    def __init__(
        self,
        fields: SqlFields,
        *,
        organisation: str,
        count_bound: int,
        facet_bound: int = FACET_BOUND,
        values: ValueIndex | None = None,
    ) -> None:
        self._fields = fields
        self._values = values
        self._organisation = organisation
        self._count_bound = count_bound
        self._facet_bound = facet_bound

    async def rows(
        self,
        session: AsyncSession,
        query: Query,
        guard: Guard,
        *,
        limit: int,
        offset: int = 0,
        after: After | None = None,
        now: float,
        total: int | None = None,
    ) -> list[Any]:
        """Rows in order; `total`: how many there are, where that is known exactly."""
        where = await self._knowing(session, query, guard, now)
        statement = self._select(where).where(self.own(guard))
        if after is not None:
            statement = statement.where(where.after(query, after))
        part = limit, offset
        if total is not None and total <= FEW:
            return await self._gathered(session, where, query, statement, part)
        if self._values is not None:
            by, number = self._values.order, limit + offset
            near = await reach(session, where, query, number=number, after=after, by=by)
            if near is not None:
                rows = await self._gathered(session, where, query, statement.where(near), part)
                if len(rows) == limit:
                    return rows
        # What many rows have is come upon soon along the order; by their values they were sorted.
        statement = statement.where(where.knowing(Known()).query(query))
        return await self._sorted(session, statement, where.order(query), part)

    async def _gathered(
        self,
        session: AsyncSession,
        where: SqlWhere,
        query: Query,
        statement: sa.Select[Any],
        part: tuple[int, int],
    ) -> list[Any]:
        found, order = _gathered(statement.where(where.query(query)), where.order(query))
        return await self._sorted(session, found, order, part)

    async def _sorted(
        self,
        session: AsyncSession,
        statement: sa.Select[Any],
        order: list[ColumnElement[Any]],
        part: tuple[int, int],
    ) -> list[Any]:
        limit, offset = part
        found = await session.execute(statement.order_by(*order).limit(limit).offset(offset))
        return [self._fields.row(values) for values in found]

    async def row(self, session: AsyncSession, key: str, guard: Guard) -> Any | None:
        """The row under `key` if it is visible."""
        where = self._where(session, guard, 0.0)
        same = self._fields.elements["key"] == self._fields.literal("key", key)
        statement = self._select(where).where(same, where.visible(), self.own(guard))
        values = (await session.execute(statement)).first()
        return None if values is None else self._fields.row(values)

    async def named(
        self, session: AsyncSession, words: tuple[str, ...], guard: Guard
    ) -> tuple[list[Any], bool]:
        """Some visible rows that hold every word, the likeliest first; whether that is all."""
        where = self._where(session, guard, 0.0)
        collection = self._fields.collection
        names = dict.fromkeys(
            (collection.label, *collection.where, *(c.id for c in collection.searched))
        )
        tests = [where.word(word, names) for word in words]
        position = where.fields.position(collection.label, " ".join(words), where.dialect)
        statement = self._select(where).where(where.visible(), self.own(guard), *tests)
        first = sa.case((position == 1, 0), (position > 1, 1), else_=2)
        key = where.fields.ordered("key", where.dialect).desc()
        found = await session.execute(statement.order_by(first, key).limit(FOUND))
        rows = [self._fields.row(values) for values in found]
        return rows, len(rows) < FOUND

    async def counts(
        self, session: AsyncSession, query: Query, guard: Guard, *, now: float
    ) -> Counts:
        """The total, whether it is exact, and the facets."""
        where = await self._knowing(session, query, guard, now)
        every: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(where.fields.table)
        every = every.where(where.query(query), self.own(guard))
        total, exact = await count_rows(session, every, self._count_bound)
        return total, exact, await self._facets(session, where, query, guard)

    async def _facets(
        self, session: AsyncSession, where: SqlWhere, query: Query, guard: Guard
    ) -> dict[str, list[FacetCount]]:
        """Each over the rows of all other filters. Texts of the same rows are read once."""
        filtered = {item.column for item in query.filters}
        elements = where.fields.elements
        together = [
            name for name in query.facets if name not in filtered and is_text(elements[name])
        ]
        found: dict[str, list[FacetCount]] = {}
        if together:
            rows = sa.select(*(elements[name].label(name) for name in together))
            rows = rows.where(where.query(query), self.own(guard)).limit(self._facet_bound)
            found = await top_texts(session, rows, together)
        for name in query.facets:
            if name not in found:
                found[name] = await self._facet(session, where, query, guard, name)
        return {name: found[name] for name in query.facets}

    async def _facet(
        self, session: AsyncSession, where: SqlWhere, query: Query, guard: Guard, name: str
    ) -> list[FacetCount]:
        others = replace(query, filters=tuple(f for f in query.filters if f.column != name))
        element = where.fields.elements[name].label("value")
        rows = sa.select(element).where(where.query(others), self.own(guard))
        bounded = rows.limit(self._facet_bound).subquery()
        value: ColumnElement[Any] = bounded.c.value
        count = sa.func.count()
        return await top_values(session, value, count, sa.select(value, count))

    def _select(self, where: SqlWhere) -> sa.Select[Any]:
        elements = where.fields.elements
        return sa.select(*(elements[name] for name in self._fields.collection.fields))

    def _where(self, session: AsyncSession, guard: Guard, now: float) -> SqlWhere:
        dialect = session.get_bind().dialect.name
        return SqlWhere(self._fields, guard, dialect, now, self._organisation)

    async def _knowing(
        self, session: AsyncSession, query: Query, guard: Guard, now: float
    ) -> SqlWhere:
        """The conditions, said by the values that fit. Only to who sees all rows: how long it takes
        to find out tells of values that others may not know of."""
        where = self._where(session, guard, now)
        if self._values is None or not guard.sees_all or guard.cells:
            return where
        return where.knowing(await known(session, self._values, where, query))

    def own(self, guard: Guard) -> Condition:
        """The caller is of the organisation whose table it is."""
        own = not self._organisation or guard.organisation == self._organisation
        return sa.true() if own else sa.false()


def _gathered(
    statement: sa.Select[Any], order: list[ColumnElement[Any]]
) -> tuple[sa.Select[Any], list[ColumnElement[Any]]]:
    """The same rows, which are few, found before they are sorted: with a bound of its own the
    finding is not merged into the sorting."""
    columns = [c.label(f"field_{n}") for n, c in enumerate(statement.selected_columns)]
    plain = [term.element if isinstance(term, UnaryExpression) else term for term in order]
    terms = [term.label(f"order_{number}") for number, term in enumerate(plain)]
    found = statement.with_only_columns(*columns, *terms).limit(_FENCE).subquery()
    sorts: list[ColumnElement[Any]] = []
    for number, term in enumerate(order):
        column = found.c[f"order_{number}"]
        descending = isinstance(term, UnaryExpression) and term.modifier is desc_op
        sorts.append(column.desc() if descending else column.asc())
    return sa.select(*(found.c[column.name] for column in columns)), sorts
