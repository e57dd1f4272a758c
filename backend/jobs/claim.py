"""Taking jobs to work on: due ones, and those whose owner showed no sign of life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from backend.jobs.clock import clock
from backend.jobs.job import Job
from backend.jobs.limits import Timing
from backend.jobs.records import add_log, affected, steps_of, wake
from backend.jobs.tables import JobRecord, StepRow

__all__ = ["Taken", "claim", "claimable", "next_due"]

_LOCK: Final = 0x6A_6F_62_73  # "jobs"
_LOOKED_AT: Final = 200
_TAKEN_OVER: Final = "Its process ended or lost the database; the job goes on here."

Known = Mapping[str, Job[Any, Any]]


class Taken(NamedTuple):
    """A job that is the worker's now, and its recorded steps."""

    row: JobRecord
    steps: list[StepRow]


def claimable(known: Known) -> ColumnElement[bool]:
    """Whether this code can work on a job: its kind, and a version it reads."""
    able = [
        sa.and_(
            col(JobRecord.kind) == job.kind, col(JobRecord.version).between(job.reads, job.version)
        )
        for job in known.values()
    ]
    return sa.and_(col(JobRecord.finished).is_(None), or_(sa.false(), *able))


async def next_due(session: AsyncSession, known: Known) -> float | None:
    """Seconds until there may be something to claim, by the database's clock; None when no
    unfinished job is known to this code."""
    running = col(JobRecord.state) == "running"
    at = sa.case((running, col(JobRecord.lease_until)), else_=col(JobRecord.due))
    query = select(func.min(at), clock()).where(claimable(known))
    first, present = (await session.execute(query)).one()
    return None if first is None else max(0.0, float(first) - float(present))


async def claim(
    session: AsyncSession, known: Known, owner: str, timing: Timing, room: int
) -> list[Taken]:
    """Up to `room` jobs that are `owner`'s from the commit on. Limits of lanes hold over all
    replicas, since claims wait for each other."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    busy = await _busy(session, known)
    full = [place for place, count in busy.items() if count >= known[place[0]].limit]
    late = sa.and_(col(JobRecord.state) == "running", col(JobRecord.lease_until) <= clock())
    due = sa.and_(col(JobRecord.state).in_(("queued", "waiting")), col(JobRecord.due) <= clock())
    place = sa.tuple_(col(JobRecord.kind), col(JobRecord.lane))
    query = select(JobRecord).where(claimable(known), or_(late, due), place.not_in(full))
    query = query.order_by(col(JobRecord.due), col(JobRecord.created)).limit(_LOOKED_AT)
    found = list((await session.execute(query)).scalars())
    taken: list[Taken] = []
    for row in found:
        if len(taken) == room:
            break
        place_of = row.kind, row.lane
        if row.state == "running" and row.takeovers + 1 > timing.takeovers:
            await _give_up(session, row)
            continue
        if busy.get(place_of, 0) < known[row.kind].limit:
            job = await _take(session, row, owner, timing)
            if job is not None:
                busy[place_of] = busy.get(place_of, 0) + 1
                taken.append(job)
    return taken


def _as_read(row: JobRecord) -> ColumnElement[bool]:
    """The row, unless an owner or a cancellation changed it since it was looked at."""
    return sa.and_(
        col(JobRecord.id) == row.id,
        col(JobRecord.fence) == row.fence,
        col(JobRecord.state) == row.state,
        col(JobRecord.finished).is_(None),
    )


async def _busy(session: AsyncSession, known: Known) -> dict[tuple[str, str], int]:
    query = (
        select(col(JobRecord.kind), col(JobRecord.lane), func.count())
        .where(col(JobRecord.state) == "running", col(JobRecord.lease_until) > clock())
        .group_by(col(JobRecord.kind), col(JobRecord.lane))
    )
    found = await session.execute(query.where(col(JobRecord.kind).in_(list(known))))
    return {(kind, lane): count for kind, lane, count in found}


async def _take(session: AsyncSession, row: JobRecord, owner: str, timing: Timing) -> Taken | None:
    over = row.state == "running"
    values = {
        "state": "running",
        "owner": owner,
        "fence": col(JobRecord.fence) + 1,
        "lease_until": clock() + timing.lease,
        "takeovers": col(JobRecord.takeovers) + int(over),
        "started": func.coalesce(col(JobRecord.started), clock()),
        "updated": clock(),
        "waits_for": "",
    }
    done = await session.execute(
        update(JobRecord)
        .where(_as_read(row))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not affected(done):
        return None
    if over:
        await add_log(session, row.id, ("warning", _TAKEN_OVER))
    await session.refresh(row)
    steps = await steps_of(session, row.id)
    return Taken(row, steps)


async def _give_up(session: AsyncSession, row: JobRecord) -> None:
    reason = f"The process that worked on it ended {row.takeovers + 1} times in a row."
    done = await session.execute(
        update(JobRecord)
        .where(_as_read(row))
        .values(
            state="failed", error=reason, finished=clock(), updated=clock(), owner="",
            fence=col(JobRecord.fence) + 1,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if affected(done):
        await add_log(session, row.id, ("error", reason))
        wake(session, row.id)
