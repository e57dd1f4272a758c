"""The machines a change of many is about: chosen by the list's own filter language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.guard import Guard
from backend.live.page import After
from backend.live.parse import parse_query
from backend.live.query import Query
from backend.omaha.lists.collections import INSTANCES
from backend.omaha.lists.machine_fields import INSTANCE
from backend.omaha.lists.machine_plan import SCAN, MachinePlan
from backend.omaha.lists.machine_planner import MachinePlanner

__all__ = ["Chosen", "ChosenMachine", "choose", "machine_query"]

_MAX_SCANS: Final = 30
"""Windows of a filter no index serves that are looked through; the rest is left as `more`."""
_READ: Final = [INSTANCE.c[name] for name in ("id", "machine_id", "group_id", "arch")]


class ChosenMachine(NamedTuple):
    """What is to be known of a chosen machine."""

    id: int
    machine_id: str
    group_id: int
    arch: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The first machines in order of machine id that pass; `more`: there may be others."""

    machines: tuple[ChosenMachine, ...]
    more: bool
    plan: MachinePlan

    @property
    def ids(self) -> tuple[int, ...]:
        """The machines' ids."""
        return tuple(machine.id for machine in self.machines)

    @property
    def by_group(self) -> dict[int, int]:
        """How many of them each group has."""
        return dict(Counter(machine.group_id for machine in self.machines))

    def still(self) -> list[sa.ColumnElement[bool]]:
        """What a machine must be to pass, looked at again under lock."""
        groups = INSTANCE.c.group_id.in_([*self.plan.groups])
        return [groups, *self.plan.conditions()]


def machine_query(filters: Sequence[str], q: str = "", also: Sequence[str] = ()) -> Query:
    """The query of a change's words, narrowed by `also`; `QueryError` (422) for a wrong one."""
    return parse_query(INSTANCES, filters=[*filters, *also], q=q, sort=("machine_id",))


async def choose(session: AsyncSession, query: Query, guard: Guard, limit: int) -> Chosen:
    """At most `limit` of the machines that pass and that `guard` shows."""
    plan = await MachinePlanner(guard.organisation).plan(session, query, guard, None)
    found: list[ChosenMachine] = []
    after: After | None = None
    for _ in range(_MAX_SCANS if plan.groups else 0):
        wanted = limit + 1 - len(found)
        part = await _read(session, plan.select(_READ, after=after, limit=wanted))
        found += part
        if len(found) > limit or not plan.bounded:
            break
        last = await _last_scanned(session, plan, after)
        if last is None:
            break
        after = After((last.machine_id,), str(last.id))
    else:
        return Chosen(tuple(found[:limit]), bool(plan.groups), plan)
    return Chosen(tuple(found[:limit]), len(found) > limit, plan)


async def _last_scanned(
    session: AsyncSession, plan: MachinePlan, after: After | None
) -> ChosenMachine | None:
    """The machine a bounded search goes on behind; None when it came to the end."""
    scanned = plan.scanned(after).subquery()
    edge = sa.select(*(scanned.c[column.name] for column in _READ)).limit(1).offset(SCAN - 1)
    found = await _read(session, edge)
    return found[0] if found else None


async def _read(session: AsyncSession, statement: sa.Select[Any]) -> list[ChosenMachine]:
    return [ChosenMachine._make(row) for row in await session.execute(statement)]
