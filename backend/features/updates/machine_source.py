"""The rows of `instances`: millions of machines behind the same interface as any table.

An index finds machines by group, status, version, id, name and address; totals and facets come
from the exact tally. A filter that neither serves is looked for among the first `SCAN` machines
in order when there are many: the total then says that it is not exact, and a page's `next` goes
on behind the last machine looked at. Free text finds what an id, name or address begins with.
Hidden machines are left out unless the filter names `hidden`, as the tally leaves them out.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.features.updates.collections import INSTANCES
from backend.features.updates.enums import ENUMS, numbers, word
from backend.features.updates.machine_fields import (
    GROUP_TABLE,
    GROUPS,
    INSTANCE,
    MACHINES,
    TALLIED,
    TALLY_TABLE,
)
from backend.features.updates.machine_plan import FEW, SCAN, Facts, MachinePlan, split
from backend.features.updates.rows import InstanceRow
from backend.live.guard import Guard
from backend.live.page import After, FacetCount, Page, write_cursor
from backend.live.query import Query
from backend.live.ranking import best_rows
from backend.live.select import FACET_VALUES
from backend.live.sql import SqlSource
from backend.live.sql_fields import SqlFields
from backend.live.sql_where import SqlWhere
from backend.omaha.domain.model import Status

__all__ = ["MachineSource"]

_PIECE: Final = 1000
_FOUND: Final = 200
_READ: Final = (
    "id", "machine_id", "name", "group_id", "release", "arch", "status", "reason", "error_code",
    "grant_state", "granted_release", "granted_at", "status_at", "last_seen", "ip", "oem",
    "track", "pinned", "hidden", "created_at",
)  # fmt: skip
_COLUMNS: Final = [INSTANCE.c[name] for name in _READ]


class MachineSource(SqlSource):
    """See the module."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession], organisation: str) -> None:
        fields = dict(MACHINES.elements)
        super().__init__(INSTANCES, db_sessions, INSTANCE, organisation=organisation, fields=fields)

    async def page(
        self, query: Query, guard: Guard, *, limit: int, after: After | None, now: float
    ) -> Page:
        """See `Source.page`. A page may be short, or empty with a `next`."""
        async with self.reading() as session:
            plan = await self.plan(session, query, guard, now)
            rows, more = await self._page(session, plan, limit, after)
            total, exact, facets = await self._counted(session, plan, guard)
        return Page(rows, total, exact, facets, more and write_cursor(query, more))

    async def all_rows(self, query: Query, guard: Guard, *, now: float) -> AsyncIterator[list[Any]]:
        """See `Source.all_rows`."""
        after: After | None = None
        while True:
            async with self.reading() as session:
                plan = await self.plan(session, query, guard, now)
                rows, more = await self._page(session, plan, _PIECE, after)
            if rows:
                yield rows
            if more is None:
                return
            after = After(tuple(getattr(more, sort.column) for sort in query.sort), more.key)

    async def row(self, key: str, guard: Guard) -> Any | None:
        """See `Source.row`."""
        if not key.isdecimal() or len(key) > 18:
            return None
        async with self.reading() as session:
            statement = sa.select(*_COLUMNS).where(INSTANCE.c.id == int(key))
            found = (await session.execute(statement)).first()
            if found is None:
                return None
            groups = await self._groups(session, Query(), guard, 0.0)
        facts = groups.get(found.group_id)
        return None if facts is None else _row(found, facts)

    async def find(
        self, words: tuple[str, ...], guard: Guard, limit: int, deadline: float
    ) -> tuple[list[Any], bool]:
        """See `Source.find`."""
        async with self.reading() as session:
            plan = await self.plan(session, Query(words=words), guard, 0.0)
            rows = await self._rows(session, plan, plan.select(_COLUMNS, after=None, limit=_FOUND))
        complete = len(rows) < _FOUND and time.monotonic() <= deadline
        return best_rows(self.collection, rows, words, limit), complete

    async def read(
        self,
        session: AsyncSession,
        query: Query,
        guard: Guard,
        *,
        limit: int,
        offset: int = 0,
        after: After | None = None,
        now: float | None = None,
    ) -> list[Any]:
        """See `SqlSource.read`."""
        plan = await self.plan(session, query, guard, now)
        statement = plan.select(_COLUMNS, after=after, limit=limit, offset=offset)
        return await self._rows(session, plan, statement)

    async def counts(
        self, session: AsyncSession, query: Query, guard: Guard, *, now: float | None = None
    ) -> tuple[int, bool, dict[str, list[FacetCount]]]:
        """See `SqlSource.counts`."""
        return await self._counted(session, await self.plan(session, query, guard, now), guard)

    async def plan(
        self, session: AsyncSession, query: Query, guard: Guard, now: float | None
    ) -> MachinePlan:
        """How `query` is answered for `guard`."""
        moment = time.time() if now is None else now
        parts = split(query)
        groups = await self._groups(session, parts.groups, guard, moment)
        every = await session.scalar(sa.select(sa.func.count()).select_from(GROUP_TABLE))
        machines = 0
        if groups and not parts.found:
            machines = await self._tallied(session, query, guard, moment)
        everything = Guard(guard.organisation, (("org", guard.organisation),))
        where = SqlWhere(MACHINES, everything, session.get_bind().dialect.name, moment)
        return MachinePlan(query, parts, groups, len(groups) == every, machines, where)

    async def _page(
        self, session: AsyncSession, plan: MachinePlan, limit: int, after: After | None
    ) -> tuple[list[Any], Any | None]:
        """The rows of a page, and the row to go on after (None: this was the end)."""
        statement = plan.select(_COLUMNS, after=after, limit=limit + 1)
        rows = await self._rows(session, plan, statement)
        if len(rows) > limit:
            return rows[:limit], rows[limit - 1]
        if not plan.bounded:
            return rows, None
        scanned = plan.scanned(after).subquery()
        columns = [scanned.c[name] for name in _READ]
        edge = sa.select(*columns).limit(1).offset(SCAN - 1)
        last = await self._rows(session, plan, edge)
        return rows, last[0] if last else None

    async def _rows(
        self, session: AsyncSession, plan: MachinePlan, statement: sa.Select[Any]
    ) -> list[Any]:
        if not plan.groups:
            return []
        found = await session.execute(statement)
        return [_row(r, plan.groups[r.group_id]) for r in found if r.group_id in plan.groups]

    async def _groups(
        self, session: AsyncSession, query: Query, guard: Guard, now: float
    ) -> dict[int, Facts]:
        """The groups that pass and that the caller may see."""
        where = self._asked(session, GROUPS, query, guard, now)
        table = GROUP_TABLE
        columns = [table.c.id, *(table.c[name] for name in Facts._fields)]
        return {
            row[0]: Facts(*row[1:])
            for row in await session.execute(sa.select(*columns).where(where))
        }

    async def _counted(
        self, session: AsyncSession, plan: MachinePlan, guard: Guard
    ) -> tuple[int, bool, dict[str, list[FacetCount]]]:
        facets = {
            name: await self._tally_facet(session, plan, guard, name) for name in plan.query.facets
        }
        if plan.parts.counted:
            return plan.machines, True, facets
        if not plan.groups:
            return 0, True, facets
        ids = plan.matching(FEW + 1)
        counted = await session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0
        return min(counted, FEW), counted <= FEW and not plan.bounded, facets

    async def _tallied(self, session: AsyncSession, query: Query, guard: Guard, now: float) -> int:
        total = sa.func.coalesce(sa.func.sum(TALLY_TABLE.c.machines), 0)
        return int(
            await session.scalar(sa.select(total).where(self._tally(session, query, guard, now)))
            or 0
        )

    async def _tally_facet(
        self, session: AsyncSession, plan: MachinePlan, guard: Guard, name: str
    ) -> list[FacetCount]:
        """Machines by a column of the tally, of those that pass the tally's filters."""
        kept = Query(filters=tuple(f for f in plan.query.filters if f.column != name))
        value, machines = TALLY_TABLE.c[name], sa.func.sum(TALLY_TABLE.c.machines)
        where = self._tally(session, kept, guard, plan.where.now)
        statement = sa.select(value, machines).where(where, TALLY_TABLE.c.machines > 0)
        statement = statement.group_by(value).order_by(machines.desc(), value).limit(FACET_VALUES)
        found = await session.execute(statement)
        return [
            FacetCount(word(Status, value) if name == "status" else value, int(number))
            for value, number in found
        ]

    def _tally(
        self, session: AsyncSession, query: Query, guard: Guard, now: float
    ) -> sa.ColumnElement[bool]:
        """The filters that the tally knows, of any query."""
        asked = split(query)
        tests = [self._asked(session, TALLIED, asked.tally, guard, now)]
        for item in query.filters:
            if item.column == "status":
                chosen = numbers(ENUMS["status"], item)
                tests.append(TALLY_TABLE.c.status.in_(chosen))
        return sa.and_(*tests)

    def _asked(
        self, session: AsyncSession, fields: SqlFields, query: Query, guard: Guard, now: float
    ) -> sa.ColumnElement[bool]:
        where = SqlWhere(fields, guard, session.get_bind().dialect.name, now)
        return sa.and_(where.query(query), self._own(guard))


def _row(found: Any, facts: Facts) -> InstanceRow:
    """The machine's row, enums in words and its group by name."""
    return InstanceRow(
        key=str(found.id),
        **facts._asdict(),
        machine_id=found.machine_id,
        name=found.name,
        release=found.release,
        arch=word(ENUMS["arch"], found.arch),
        status=word(ENUMS["status"], found.status),
        reason=word(ENUMS["reason"], found.reason),
        error=found.error_code,
        grant=word(ENUMS["grant"], found.grant_state),
        granted_release=found.granted_release or "",
        granted=found.granted_at,
        changed=found.status_at,
        seen=found.last_seen,
        ip=found.ip,
        oem=found.oem,
        track=found.track,
        pinned=bool(found.pinned),
        hidden=bool(found.hidden),
        created=found.created_at,
    )
