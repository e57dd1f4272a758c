"""From a question about machines to the plan that answers it: for lists, and for changes of many
machines at once."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.guard import Guard
from backend.live.query import Query
from backend.live.sql_fields import SqlFields
from backend.live.sql_where import SqlWhere
from backend.omaha.lists.enums import ENUMS, numbers
from backend.omaha.lists.machine_fields import (
    GROUP_TABLE,
    GROUPS,
    MACHINES,
    TALLIED,
    TALLY_TABLE,
)
from backend.omaha.lists.machine_plan import Facts, MachinePlan, split

__all__ = ["MachinePlanner"]


@dataclass(frozen=True, slots=True)
class MachinePlanner:
    """Asks the groups and the tally first, so that the machines are asked at a bounded cost.
    Callers of another organisation see nothing."""

    organisation: str

    async def plan(
        self, session: AsyncSession, query: Query, guard: Guard, now: float | None
    ) -> MachinePlan:
        """How `query` is answered for `guard`."""
        moment = time.time() if now is None else now
        parts = split(query)
        groups = await self.groups(session, parts.groups, guard, moment)
        every = await session.scalar(sa.select(sa.func.count()).select_from(GROUP_TABLE))
        machines = 0
        if groups and not parts.found:
            machines = await self.tallied(session, query, guard, moment)
        everything = Guard(guard.organisation, (("org", guard.organisation),))
        where = SqlWhere(MACHINES, everything, session.get_bind().dialect.name, moment)
        return MachinePlan(query, parts, groups, len(groups) == every, machines, where)

    async def groups(
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

    async def tallied(self, session: AsyncSession, query: Query, guard: Guard, now: float) -> int:
        """How many machines pass the tally's filters."""
        total = sa.func.coalesce(sa.func.sum(TALLY_TABLE.c.machines), 0)
        return int(
            await session.scalar(sa.select(total).where(self.tally(session, query, guard, now)))
            or 0
        )

    def tally(
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
        own = guard.organisation == self.organisation
        where = SqlWhere(fields, guard, session.get_bind().dialect.name, now)
        return sa.and_(where.query(query), sa.true() if own else sa.false())
