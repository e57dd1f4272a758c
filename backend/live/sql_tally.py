"""Totals and facets out of counts that are kept beside the rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from backend.live.guard import Guard
from backend.live.page import FacetCount
from backend.live.query import Query
from backend.live.sql_counts import top_values
from backend.live.sql_fields import SqlFields
from backend.live.sql_index import Tally
from backend.live.sql_where import SqlWhere

__all__ = ["SqlTally"]

Condition = ColumnElement[bool]


class SqlTally:
    """A `Tally`, asked with the same filters as the rows."""

    def __init__(self, fields: SqlFields, tally: Tally) -> None:
        self._fields = fields.partial(tally.table)
        self._count: ColumnElement[Any] = tally.table.c[tally.count]

    def where(
        self, where: SqlWhere, query: Query, guard: Guard, facet: str = ""
    ) -> Condition | None:
        """The query in terms of the tally; None when it asks for more than was counted."""
        if query.labels or query.words:
            return None
        used = {item.column for item in query.filters} | ({facet} if facet else set())
        tests = [
            tests
            for scope in self._fields.collection.scopes
            for held in guard.scopes
            if (tests := scope.covered_by(held, guard.organisation)) is not None
        ]
        whole = () in tests
        if not whole:
            used |= {test.field for each in tests for test in each}
        if not used <= self._fields.elements.keys() or used & {name for name, _ in guard.cells}:
            return None
        own = SqlWhere(
            self._fields, Guard(guard.organisation, guard.scopes), where.dialect, where.now
        )
        return own.query(query, guarded=whole)

    async def total(self, session: AsyncSession, condition: Condition, own: Condition) -> int:
        """How many rows there are."""
        statement = sa.select(sa.func.coalesce(sa.func.sum(self._count), 0))
        return int(await session.scalar(statement.where(condition, own)) or 0)

    async def facet(
        self, session: AsyncSession, condition: Condition, own: Condition, name: str
    ) -> list[FacetCount]:
        """How many rows have each value of the field."""
        value = self._fields.elements[name]
        count: ColumnElement[Any] = sa.cast(sa.func.sum(self._count), sa.BigInteger())
        statement = sa.select(value, count).where(condition, own).having(count > 0)
        return await top_values(session, value, count, statement)
