"""How many machines run what: from the tally (now) and its roll-ups (over time).

Never from the machines themselves: the tally is exact and has one row per (group, version,
status), so an answer costs the same for a thousand machines and for three million.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.store.tables import CounterRecord, GroupRecord, RollupRecord, TallyRecord

Dimension = Literal["release", "status", "group", "channel"]

RESOLUTIONS: Final = (300, 3_600, 86_400)
"""Seconds between the points roll-ups are kept at."""

MAX_POINTS: Final = 300
"""Points of a timeline: more than a chart can show costs only time."""

MAX_ROWS: Final = 40_000
"""Roll-up rows one timeline reads: some tens of milliseconds."""

_COLUMNS: Final[dict[Dimension, Any]] = {
    "release": col(TallyRecord.release),
    "status": col(TallyRecord.status),
    "group": col(TallyRecord.group_id),
    "channel": col(GroupRecord.channel_id),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which groups are counted: those of an application, narrowed to ids unless None."""

    application_id: int
    group_ids: Collection[int] | None = None
    channel_id: int | None = None

    def conditions(self) -> list[Any]:
        """As conditions on `GroupRecord`."""
        found = [col(GroupRecord.application_id) == self.application_id]
        if self.group_ids is not None:
            found.append(col(GroupRecord.id).in_(self.group_ids))
        if self.channel_id is not None:
            found.append(col(GroupRecord.channel_id) == self.channel_id)
        return found


async def breakdown(
    session: AsyncSession, scope: Scope, by: Sequence[Dimension]
) -> list[tuple[tuple[Any, ...], int]]:
    """((value of each dimension, …), machines), most machines first. Exact."""
    columns = [_COLUMNS[dimension] for dimension in by]
    machines = func.sum(col(TallyRecord.machines))
    found = await session.execute(
        select(machines, *columns)
        .join(GroupRecord, col(GroupRecord.id) == col(TallyRecord.group_id))
        .where(*scope.conditions(), col(TallyRecord.machines) > 0)
        .group_by(*columns)
        .order_by(machines.desc(), *columns)
    )
    return [(tuple(key), int(number)) for number, *key in found]


@dataclass(frozen=True, slots=True)
class CounterTotals:
    """The counters limits are compared with, summed: updates under way and timed out, and
    machines unseen for 24 hours as of `silent_at` (Unix seconds; 0: not counted yet)."""

    in_progress: int
    timed_out: int
    silent: int
    silent_at: float


async def limits(session: AsyncSession, scope: Scope) -> CounterTotals:
    """The counters of the scope's groups."""
    found = await session.execute(
        select(
            func.coalesce(func.sum(col(CounterRecord.in_progress)), 0),
            func.coalesce(func.sum(col(CounterRecord.timed_out)), 0),
            func.coalesce(func.sum(col(CounterRecord.silent)), 0),
            func.coalesce(func.min(col(CounterRecord.silent_at)), 0.0),
        )
        .join(GroupRecord, col(GroupRecord.id) == col(CounterRecord.group_id))
        .where(*scope.conditions())
    )
    in_progress, timed_out, silent, at = found.one()
    return CounterTotals(int(in_progress), int(timed_out), int(silent), float(at))


@dataclass(frozen=True, slots=True)
class Points:
    """The points in time of a timeline: `resolution` is the one roll-ups are kept at,
    `times` (Unix seconds, ascending) are multiples of it, `seconds` apart."""

    resolution: int
    seconds: int
    times: tuple[float, ...]


def points(since: float, until: float, rows_each: int) -> Points:
    """The points between the two for which at most `MAX_ROWS` roll-up rows are read.

    The finest kept resolution with at most `MAX_POINTS`; then every second, third, … point
    of it when each has very many rows. At least a dozen remain; never older than asked for.
    """
    resolution = next(
        (s for s in RESOLUTIONS if (until - since) / s <= MAX_POINTS), RESOLUTIONS[-1]
    )
    allowed = max(12, min(MAX_POINTS, MAX_ROWS // max(1, rows_each)))
    wanted = max(1.0, (until - since) / resolution)
    seconds = resolution * math.ceil(wanted / allowed)
    last = until // seconds * seconds
    times = (last - n * seconds for n in range(allowed + 1))
    return Points(resolution, seconds, tuple(sorted(at for at in times if at >= since)))


async def timeline(
    session: AsyncSession,
    scope: Scope,
    by: Literal["release", "status"],
    *,
    since: float,
    until: float,
) -> tuple[Points, list[tuple[float, Any, int]]]:
    """The points, and (time, value, machines) for those a roll-up was made at."""
    groups = [key or 0 for key in await session.scalars(_groups(scope))]
    each = (
        select(func.count()).select_from(TallyRecord).where(col(TallyRecord.group_id).in_(groups))
    )
    chosen = points(since, until, int(await session.scalar(each) or 0))
    value = col(RollupRecord.release) if by == "release" else col(RollupRecord.status)
    found = await session.execute(
        select(col(RollupRecord.at), value, func.sum(col(RollupRecord.machines)))
        .where(
            col(RollupRecord.seconds) == chosen.resolution,
            col(RollupRecord.at).in_(chosen.times),
            col(RollupRecord.group_id).in_(groups),
        )
        .group_by(col(RollupRecord.at), value)
    )
    return chosen, sorted((float(at), key, int(machines)) for at, key, machines in found)


def _groups(scope: Scope) -> Any:
    return select(col(GroupRecord.id)).where(*scope.conditions())
