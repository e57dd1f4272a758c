"""The statements that answer questions about a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from backend.live.errors import QueryError
from backend.live.guard import Guard
from backend.live.page import After, FacetCount
from backend.live.query import Query
from backend.live.sql_access import RowAccess, find_access, refusal
from backend.live.sql_counts import count_rows, top_values
from backend.live.sql_fields import SqlFields
from backend.live.sql_index import Indexing
from backend.live.sql_tally import SqlTally
from backend.live.sql_where import SqlWhere

__all__ = ["Counts", "SqlReader"]

FACET_BOUND: Final = 100_000
MAX_OFFSET: Final = 100_000
FOUND: Final = 200

Condition = ColumnElement[bool]
Counts = tuple[int, bool, dict[str, list[FacetCount]]]
"""The total, whether it is exact, and the facets."""


class SqlReader:
    """Rows, counts and names of one table. With `indexing`, none of them costs more than
    what its indexes serve: `QueryError` (422) for what they do not, unless `strict` is off,
    when the answer is made of the first rows found."""

    def __init__(
        self,
        fields: SqlFields,
        *,
        organisation: str,
        count_bound: int,
        indexing: Indexing | None,
    ) -> None:
        self._fields = fields
        self._organisation = organisation
        self._count_bound = count_bound
        self._indexing = indexing
        tally = indexing.tally if indexing else None
        self._tally = SqlTally(fields, tally) if tally else None

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
        strict: bool = True,
    ) -> list[Any]:
        """Rows in order."""
        where = self._where(session, guard, now)
        condition: Condition
        if self._indexing is None:
            condition = where.query(query)
        elif offset > MAX_OFFSET:
            raise _too_far(self._fields.collection.title)
        else:
            access = await self._access(session, where, query, guard)
            if access.walks:
                where = self._beginnings(where, access, query, limit + offset, after)
            else:
                where = await self._bounded(session, where, access, strict=strict)
            condition = access.conditions(where)
        statement = self._select(where).where(condition, self.own(guard))
        if after is not None:
            statement = statement.where(where.after(query, after))
        statement = statement.order_by(*where.order(query)).limit(limit).offset(offset)
        return [self._fields.row(values) for values in await session.execute(statement)]

    async def check(self, session: AsyncSession, query: Query, guard: Guard, *, now: float) -> None:
        """Raise `QueryError` for a query that no index serves."""
        if self._indexing is not None:
            where = self._where(session, guard, now)
            access = await self._access(session, where, query, guard)
            if not access.walks:
                await self._bounded(session, where, access, strict=True)

    async def row(self, session: AsyncSession, key: str, guard: Guard) -> Any | None:
        """The row under `key` if it is visible."""
        same = self._fields.equal("key", key)
        if same is None:
            return None
        where = self._where(session, guard, 0.0)
        statement = self._select(where).where(same, where.visible(), self.own(guard))
        values = (await session.execute(statement)).first()
        return None if values is None else self._fields.row(values)

    async def named(
        self, session: AsyncSession, words: tuple[str, ...], guard: Guard
    ) -> tuple[list[Any], bool]:
        """Some visible rows that hold every word, the likeliest first; whether that is all.

        In an indexed table the first word must begin an indexed field."""
        where = self._where(session, guard, 0.0)
        collection = self._fields.collection
        complete = True
        if self._indexing is not None:
            where, complete = await self._beginning_with(session, where, words[0])
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
        return rows, complete and len(rows) < FOUND

    async def counts(
        self,
        session: AsyncSession,
        query: Query,
        guard: Guard,
        *,
        now: float,
        strict: bool = True,
    ) -> Counts:
        """The total, whether it is exact, and the facets."""
        where = self._where(session, guard, now)
        total, exact = await self._total(session, where, query, guard, strict=strict)
        facets = {
            name: await self._facet(session, where, query, guard, name) for name in query.facets
        }
        return total, exact, facets

    async def _total(
        self, session: AsyncSession, where: SqlWhere, query: Query, guard: Guard, *, strict: bool
    ) -> tuple[int, bool]:
        if self._tally is not None:
            counted = self._tally.where(where, query, guard)
            if counted is not None:
                return await self._tally.total(session, counted, self.own(guard)), True
        own = self.own(guard)
        if self._indexing is None:
            every = self._keys(where, sa.and_(where.query(query), own))
            return await count_rows(session, every, self._count_bound)
        access = await self._access(session, where, query, guard)
        if access.whole:
            parts = self._parts(access, self._count_bound + 1)
            condition = sa.and_(sa.or_(sa.false(), *access.branches), own)
            every = self._keys(where, condition)
            return await count_rows(session, every, self._count_bound, _union(parts).where(own))
        inner = await self._bounded(session, where, access, strict=strict)
        every = self._keys(inner, sa.and_(access.conditions(inner), own))
        total, _ = await count_rows(session, every, self._indexing.bound)
        return total, strict or total < self._indexing.bound

    async def _facet(
        self, session: AsyncSession, where: SqlWhere, query: Query, guard: Guard, name: str
    ) -> list[FacetCount]:
        others = replace(query, filters=tuple(f for f in query.filters if f.column != name))
        if self._tally is not None:
            counted = self._tally.where(where, others, guard, name)
            if counted is not None:
                return await self._tally.facet(session, counted, self.own(guard), name)
        condition: Condition
        if self._indexing is None:
            condition = where.query(others)
        else:
            access = await self._access(session, where, others, guard)
            bound = FACET_BOUND if access.whole else self._indexing.bound
            where = where.over(_union(self._parts(access, bound)).limit(bound).subquery())
            condition = access.conditions(where)
        element = where.fields.elements[name].label("value")
        rows = sa.select(element).where(condition, self.own(guard)).limit(FACET_BOUND).subquery()
        value: ColumnElement[Any] = rows.c.value
        count = sa.func.count()
        return await top_values(session, value, count, sa.select(value, count))

    async def _access(
        self, session: AsyncSession, where: SqlWhere, query: Query, guard: Guard
    ) -> RowAccess:
        assert self._indexing is not None  # noqa: S101 - callers have asked
        return await find_access(session, self._indexing, where, query, guard)

    def _beginnings(
        self, where: SqlWhere, access: RowAccess, query: Query, count: int, after: After | None
    ) -> SqlWhere:
        """The first `count` rows of each range, read in the index's order."""
        behind = sa.true() if after is None else where.after(query, after)
        parts = [
            part.where(behind).order_by(*where.order(query)).limit(count)
            for part in self._parts(access, None)
        ]
        return where.over(_union(parts).subquery())

    async def _bounded(
        self, session: AsyncSession, where: SqlWhere, access: RowAccess, *, strict: bool
    ) -> SqlWhere:
        """The rows an index serves, to be looked through; raises when they are too many."""
        assert self._indexing is not None  # noqa: S101 - callers have asked
        bound = self._indexing.bound
        served = _union(self._parts(access, bound + 1)).limit(bound + 1).subquery()
        if strict:
            number = await session.scalar(sa.select(sa.func.count()).select_from(served)) or 0
            if number > bound:
                raise refusal(self._fields, self._indexing, access)
        return where.over(served)

    async def _beginning_with(
        self, session: AsyncSession, where: SqlWhere, word: str
    ) -> tuple[SqlWhere, bool]:
        """Rows of which an indexed field begins with `word`, written in lower or upper case
        or with a capital; and whether that is all of them."""
        assert self._indexing is not None  # noqa: S101 - callers have asked
        first = {index.order[0] for index in self._indexing.indexes if index.order}
        first -= {index.order[0] for index in self._indexing.indexes if index.equal and index.order}
        asked = {self._fields.collection.label, *(c.id for c in self._fields.collection.searched)}
        table = self._fields.table
        parts = [
            sa.select(*table.c).where(where.begins(name, text)).limit(FOUND)
            for name in sorted(first & asked)
            for text in sorted({word, word.upper(), word.capitalize()})
        ]
        served = sa.union(*(sa.select(*part.subquery().c) for part in parts)).subquery()
        number = await session.scalar(sa.select(sa.func.count()).select_from(served)) or 0
        return where.over(served), number < FOUND

    def _parts(self, access: RowAccess, limit: int | None) -> list[sa.Select[Any]]:
        table = self._fields.table
        branches = access.branches or (sa.false(),)
        return [sa.select(*table.c).where(branch).limit(limit) for branch in branches]

    def _keys(self, where: SqlWhere, condition: Condition) -> sa.Select[Any]:
        return sa.select(where.fields.elements["key"]).where(condition)

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


def _union(parts: Sequence[sa.Select[Any]]) -> sa.Select[Any]:
    """All rows of the parts, each read by itself."""
    if len(parts) == 1:
        return sa.select(*parts[0].subquery().c)
    whole = sa.union_all(*(sa.select(*part.subquery().c) for part in parts)).subquery()
    return sa.select(*whole.c)


def _too_far(title: str) -> QueryError:
    return QueryError(
        "offset",
        "",
        f"{title} cannot be scrolled through beyond the first {MAX_OFFSET:,}. Narrow the filter.",
        f"at most {MAX_OFFSET:,}",
    )
