"""How long the activity record is kept: a job every night."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.audit import AuditEntry
from backend.jobs import Declared, Job, Run, Schedule
from backend.jobs.records import affected

__all__ = ["FORGET", "Days", "declared", "forget_old"]


class Days(msgspec.Struct):
    """How many days are kept."""

    days: int


async def forget_old(session: AsyncSession, days: int) -> int:
    """Delete entries older than `days`, in the session's transaction; how many."""
    horizon = time.time() - days * 86400.0
    return affected(await session.execute(delete(AuditEntry).where(col(AuditEntry.at) < horizon)))


async def _forget(run: Run, given: Days) -> int:
    return await run.transaction(
        "forget", lambda session: forget_old(session, given.days), returns=int
    )


FORGET: Final = Job(
    "activity.forget", Days, _forget, output=int, limit=1,
    title=lambda given: f"Forget activity older than {given.days} days",
)  # fmt: skip


def declared(days: int) -> tuple[Declared, ...]:
    """The job and its nightly schedule."""
    return FORGET, Schedule("activity.forget", "20 3 * * *", FORGET, Days(days))
