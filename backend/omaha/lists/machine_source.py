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

from backend.live.guard import Guard
from backend.live.page import After, FacetCount, Page, write_cursor
from backend.live.query import Query
from backend.live.ranking import best_rows
from backend.live.select import FACET_VALUES
from backend.live.sql import SqlSource
from backend.omaha.domain.model import UpdateStatus
from backend.omaha.lists.collections import INSTANCES
from backend.omaha.lists.enums import ENUMS, word
from backend.omaha.lists.machine_fields import INSTANCE, MACHINES, TALLY_TABLE
from backend.omaha.lists.machine_plan import FEW, SCAN, Facts, MachinePlan
from backend.omaha.lists.machine_planner import MachinePlanner
from backend.omaha.lists.rows import InstanceRow

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
        self.planner = MachinePlanner(organisation)

    async def page(
        self, query: Query, guard: Guard, *, limit: int, after: After | None, now: float
    ) -> Page:
        """See `Source.page`. A page may be short, or empty with a `next`."""
        async with self.reading() as session:
            plan = await self.planner.plan(session, query, guard, now)
            rows, more = await self._page(session, plan, limit, after)
            total, exact, facets = await self._counted(session, plan, guard)
        return Page(rows, total, exact, facets, more and write_cursor(query, more))

    async def all_rows(self, query: Query, guard: Guard, *, now: float) -> AsyncIterator[list[Any]]:
        """See `Source.all_rows`."""
        after: After | None = None
        while True:
            async with self.reading() as session:
                plan = await self.planner.plan(session, query, guard, now)
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
            groups = await self.planner.groups(session, Query(), guard, 0.0)
        facts = groups.get(found.group_id)
        return None if facts is None else _row(found, facts)

    async def find(
        self, words: tuple[str, ...], guard: Guard, limit: int, deadline: float
    ) -> tuple[list[Any], bool]:
        """See `Source.find`."""
        async with self.reading() as session:
            plan = await self.planner.plan(session, Query(words=words), guard, 0.0)
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
        total: int | None = None,  # noqa: ARG002 - its planner has counts of its own
    ) -> list[Any]:
        """See `SqlSource.read`."""
        plan = await self.planner.plan(session, query, guard, now)
        statement = plan.select(_COLUMNS, after=after, limit=limit, offset=offset)
        return await self._rows(session, plan, statement)

    async def counts(
        self, session: AsyncSession, query: Query, guard: Guard, *, now: float | None = None
    ) -> tuple[int, bool, dict[str, list[FacetCount]]]:
        """See `SqlSource.counts`."""
        return await self._counted(
            session, await self.planner.plan(session, query, guard, now), guard
        )

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

    async def _tally_facet(
        self, session: AsyncSession, plan: MachinePlan, guard: Guard, name: str
    ) -> list[FacetCount]:
        """Machines by a column of the tally, of those that pass the tally's filters."""
        kept = Query(filters=tuple(f for f in plan.query.filters if f.column != name))
        value, machines = TALLY_TABLE.c[name], sa.func.sum(TALLY_TABLE.c.machines)
        where = self.planner.tally(session, kept, guard, plan.where.now)
        statement = sa.select(value, machines).where(where, TALLY_TABLE.c.machines > 0)
        statement = statement.group_by(value).order_by(machines.desc(), value).limit(FACET_VALUES)
        found = await session.execute(statement)
        return [
            FacetCount(word(UpdateStatus, value) if name == "status" else value, int(number))
            for value, number in found
        ]


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
