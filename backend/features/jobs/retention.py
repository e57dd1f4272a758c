"""How long finished jobs are remembered."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.jobs import Declared, Job, Run, Schedule
from backend.jobs.clock import clock
from backend.jobs.records import affected
from backend.jobs.tables import JobRecord

__all__ = ["Days", "declared"]

_DAY: Final = 86400.0


class Days(msgspec.Struct):
    """How many days are kept."""

    days: int


async def prune(run: Run, given: Days) -> int:
    """Delete jobs that finished earlier, with their steps and logs; how many."""

    async def forget(session: AsyncSession) -> int:
        horizon = clock() - given.days * _DAY
        gone = await session.execute(delete(JobRecord).where(col(JobRecord.finished) < horizon))
        return affected(gone)

    return await run.transaction("forget", forget, returns=int)


PRUNE: Final = Job(
    "jobs.prune", Days, prune, output=int, title=lambda _: "Forget old jobs", limit=1
)


def declared(days: int) -> tuple[Declared, ...]:
    """The job and its daily schedule."""
    return PRUNE, Schedule("jobs.prune", "40 3 * * *", PRUNE, Days(days))
