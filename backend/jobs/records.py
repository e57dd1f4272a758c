"""The statements behind a running job. Every write names the fence of who writes: a replica
whose lease was taken over changes nothing (`Superseded`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.bus import publish
from backend.jobs.clock import clock
from backend.jobs.tables import JobRecord, LogRow, SignalRow, StepRow

__all__ = [
    "TOPIC",
    "Superseded",
    "add_log",
    "affected",
    "now",
    "own",
    "recorded",
    "steps_of",
    "take_signal",
    "write_step",
]

TOPIC: Final = "jobs"
"""The bus's topic for what a worker has to look at; keys are job ids."""
MAX_TEXT: Final = 4000


class Superseded(Exception):
    """The job belongs to another owner now."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A job as its owner holds it."""

    id: str
    fence: int
    phase: str


def affected(result: Any) -> int:
    """How many rows a statement changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0


async def now(session: AsyncSession) -> float:
    """The database's time."""
    return float((await session.execute(select(clock()))).scalar_one())


async def own(session: AsyncSession, job: Owned, **values: Any) -> None:
    """Write `values` of the job, which also locks its row; `Superseded` when it is another's.
    The first statement of each transaction about a job."""
    done = await session.execute(
        update(JobRecord)
        .where(
            col(JobRecord.id) == job.id,
            col(JobRecord.fence) == job.fence,
            col(JobRecord.state) == "running",
        )
        .values(updated=clock(), **values)
        .execution_options(synchronize_session=False)
    )
    if affected(done) != 1:
        raise Superseded


async def recorded(session: AsyncSession, job: Owned, name: str) -> StepRow | None:
    """The step as it is recorded."""
    return await session.get(
        StepRow, {"job_id": job.id, "phase": job.phase, "name": name}, populate_existing=True
    )


async def steps_of(session: AsyncSession, job_id: str) -> list[StepRow]:
    """All recorded steps in the order in which they were begun."""
    query = select(StepRow).where(col(StepRow.job_id) == job_id)
    query = query.order_by(col(StepRow.phase), col(StepRow.position), col(StepRow.started))
    return list((await session.execute(query)).scalars())


async def write_step(session: AsyncSession, job: Owned, name: str, **values: Any) -> None:
    """Insert the step or change it, after `own` in the same transaction."""
    key = {"job_id": job.id, "phase": job.phase, "name": name}
    values["fence"] = job.fence
    where = [col(getattr(StepRow, column)) == value for column, value in key.items()]
    done = await session.execute(
        update(StepRow).where(*where).values(**values).execution_options(synchronize_session=False)
    )
    if affected(done) == 0:
        count = select(sa.func.count()).where(col(StepRow.job_id) == job.id).scalar_subquery()
        defaults = {"result": "", "error": "", "attempts": 1, "deadline": 0.0}
        row = defaults | {"kind": "step", "started": clock(), **key, **values}
        await session.execute(insert(StepRow).values(position=count, **row))


async def take_signal(session: AsyncSession, job: Owned, name: str) -> str | None:
    """The oldest signal of this name that no wait took, as JSON; None without one. The job's
    row must be locked by an earlier statement, else one sent meanwhile is overlooked."""
    query = (
        select(SignalRow)
        .where(col(SignalRow.job_id) == job.id, col(SignalRow.name) == name)
        .where(col(SignalRow.taken).is_(False))
        .order_by(col(SignalRow.id))
        .limit(1)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        return None
    found.taken = True
    return found.payload


async def add_log(session: AsyncSession, job_id: str, *lines: tuple[str, str]) -> None:
    """Add (level, message) lines to a job's log."""
    for level, message in lines:
        row = {"job_id": job_id, "at": clock(), "level": level, "message": message[:2000]}
        await session.execute(insert(LogRow).values(**row))


def wake(session: AsyncSession, job_id: str) -> None:
    """Have every worker look at the job when this commits."""
    publish(session, TOPIC, (job_id,))
