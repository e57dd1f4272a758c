"""When scheduled jobs are due: cron times in their time zone, each started once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.jobs.commands import Start, start
from backend.jobs.job import Schedule
from backend.jobs.records import affected, now
from backend.jobs.tables import JobRecord, ScheduleRow

__all__ = ["next_tick", "next_time", "prepare", "start_due"]


def next_time(schedule: Schedule[Any], after: float) -> float:
    """The first time of the schedule after `after` (both Unix seconds). Times that a change of
    clocks skips come with it, times that it repeats come once. Raises `CronSimError`."""
    moment = datetime.fromtimestamp(after, UTC).astimezone(ZoneInfo(schedule.zone))
    return next(CronSim(schedule.cron, moment)).timestamp()


async def prepare(session: AsyncSession, schedules: Iterable[Schedule[Any]]) -> None:
    """Record schedules that are new or were changed. Those this code does not know stay: a newer
    replica may have declared them, and what is declared nowhere is not started."""
    present = await now(session)
    held = {row.name: row for row in (await session.execute(select(ScheduleRow))).scalars()}
    wanted = {schedule.name: schedule for schedule in schedules}
    for name, schedule in wanted.items():
        row = held.get(name)
        values = {"cron": schedule.cron, "zone": schedule.zone}
        values_at = values | {"next_at": next_time(schedule, present)}
        if row is None:
            try:
                async with session.begin_nested():
                    await session.execute(insert(ScheduleRow).values(name=name, **values_at))
            except IntegrityError:
                continue  # another replica starts with us
        elif (row.cron, row.zone) != (schedule.cron, schedule.zone):
            await session.execute(
                update(ScheduleRow).where(col(ScheduleRow.name) == name).values(**values_at)
            )


async def next_tick(session: AsyncSession, known: Iterable[str]) -> float | None:
    """Seconds until the next of these schedules is due; None without any."""
    query = select(func.min(ScheduleRow.next_at)).where(col(ScheduleRow.name).in_(list(known)))
    first = (await session.execute(query)).scalar_one()
    return None if first is None else max(0.0, float(first) - await now(session))


async def start_due(
    session: AsyncSession, schedules: Iterable[Schedule[Any]], organisation: str
) -> None:
    """Start the jobs that are due. The replica that moves a schedule's next time starts its
    job, in one transaction, so each time is one job however many replicas there are."""
    present = await now(session)
    for schedule in schedules:
        moved = await session.execute(
            update(ScheduleRow)
            .where(col(ScheduleRow.name) == schedule.name, col(ScheduleRow.next_at) <= present)
            .values(next_at=next_time(schedule, present))
            .execution_options(synchronize_session=False)
        )
        if not affected(moved):
            continue
        same = (col(JobRecord.schedule) == schedule.name) & col(JobRecord.finished).is_(None)
        if not (await session.execute(select(exists().where(same)))).scalar_one():
            how = Start(schedule=schedule.name)
            await start(session, schedule.job, schedule.input, how, organisation)
