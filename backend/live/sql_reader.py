"""The statements that answer questions about a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from backend.live.guard import Guard
from backend.live.page import After, FacetCount
from backend.live.query import Query
from backend.live.sql_counts import count_rows, top_values
from backend.live.sql_fields import SqlFields
from backend.live.sql_where import SqlWhere

__all__ = ["Counts", "SqlReader"]

FACET_BOUND: Final = 100_000
FOUND: Final = 200

Condition = ColumnElement[bool]
Counts = tuple[int, bool, dict[str, list[FacetCount]]]
"""The total, whether it is exact, and the facets."""


class SqlReader:
    """Rows, counts and names of one table."""

    def __init__(self, fields: SqlFields, *, organisation: str, count_bound: int) -> None:
        self._fields = fields
        self._organisation = organisation
        self._count_bound = count_bound

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
    ) -> list[Any]:
        """Rows in order."""
        where = self._where(session, guard, now)
        statement = self._select(where).where(where.query(query), self.own(guard))
        if after is not None:
            statement = statement.where(where.after(query, after))
        statement = statement.order_by(*where.order(query)).limit(limit).offset(offset)
        return [self._fields.row(values) for values in await session.execute(statement)]

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
        where = self._where(session, guard, now)
        every = sa.select(where.fields.elements["key"]).where(where.query(query), self.own(guard))
        total, exact = await count_rows(session, every, self._count_bound)
        facets = {
            name: await self._facet(session, where, query, guard, name) for name in query.facets
        }
        return total, exact, facets

    async def _facet(
        self, session: AsyncSession, where: SqlWhere, query: Query, guard: Guard, name: str
    ) -> list[FacetCount]:
        others = replace(query, filters=tuple(f for f in query.filters if f.column != name))
        element = where.fields.elements[name].label("value")
        rows = sa.select(element).where(where.query(others), self.own(guard))
        bounded = rows.limit(FACET_BOUND).subquery()
        value: ColumnElement[Any] = bounded.c.value
        count = sa.func.count()
        return await top_values(session, value, count, sa.select(value, count))

    def _select(self, where: SqlWhere) -> sa.Select[Any]:
        elements = where.fields.elements
        return sa.select(*(elements[name] for name in self._fields.collection.fields))

    def _where(self, session: AsyncSession, guard: Guard, now: float) -> SqlWhere:
        dialect = session.get_bind().dialect.name
        return SqlWhere(self._fields, guard, dialect, now)

    def own(self, guard: Guard) -> Condition:
        """The caller is of the organisation whose table it is."""
        own = not self._organisation or guard.organisation == self._organisation
        return sa.true() if own else sa.false()
