"""Machines of the update service, by its own counters: what it writes down every five minutes."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.sampling import hours_of
from backend.omaha.store.tables import RollupRecord, TallyRecord

__all__ = ["machine_hours"]

_EACH: Final = 300
"""Seconds between two points of the service's finest resolution."""


async def machine_hours(db: AsyncSession, start: int, end: int, began: int) -> list[Hour]:
    """The hours from `start` until before `end`. A point at which no machine was known leaves no
    row there: an hour without any, that began after this console `began`, is zero when there are no
    machines now either. Otherwise it is not known."""
    points: defaultdict[int, list[tuple[int, int | None]]] = defaultdict(list)
    query = (
        select(col(RollupRecord.at), func.sum(col(RollupRecord.machines)))
        .where(
            col(RollupRecord.seconds) == _EACH,
            col(RollupRecord.at) >= start,
            col(RollupRecord.at) < end,
        )
        .group_by(col(RollupRecord.at))
    )
    for at, machines in await db.execute(query):
        points[int(at) // HOUR * HOUR].append((int(at), int(machines)))
    none = not points and not await _now(db)
    found = []
    for hour in range(start, end, HOUR):
        if hour in points:
            found += hours_of(points[hour], hour + HOUR, _EACH)
        elif none and hour >= began:
            found.append(Hour(hour, 0, 0, 0, 0, 1, HOUR))
    return found


async def _now(db: AsyncSession) -> int:
    return int((await db.execute(select(func.sum(col(TallyRecord.machines))))).scalar_one() or 0)
