"""Requests for access that nobody answers end after a while, and are forgotten as answered ones
and old invitations are."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.invitations import InvitationRecord
from backend.db.requests import AccessRequestRecord, RequestState
from backend.jobs import Declared, Job, Run, Schedule

__all__ = ["SWEEP", "Days", "declared"]

WAIT_DAYS: Final = 14
KEPT_DAYS: Final = 90
_DAY: Final = 86400.0


class Days(msgspec.Struct):
    """How many days a request waits for an answer, and how long it is kept from then on."""

    waiting: int
    kept: int


async def sweep(run: Run, given: Days) -> int:
    """End requests that waited too long, delete those that ended earlier, and invitations; how many
    they were."""
    record = AccessRequestRecord

    async def old(session: AsyncSession) -> int:
        now = time.time()
        ended = update(record).where(
            col(record.state) == RequestState.PENDING,
            col(record.created) < now - given.waiting * _DAY,
        )
        values = {"state": RequestState.EXPIRED, "decided": now}
        ended = ended.values(**values, row_version=col(record.row_version) + 1)
        gone = delete(record).where(col(record.decided) < now - given.kept * _DAY)
        touched = [*await session.execute(ended.returning(col(record.id)))]
        touched += await session.execute(gone.returning(col(record.id)))
        invited = InvitationRecord
        over = delete(invited).where(col(invited.expires) < now - given.kept * _DAY)
        return len(touched) + len([*await session.execute(over.returning(col(invited.id)))])

    return await run.transaction("sweep", old, returns=int)


SWEEP: Final = Job(
    "access.sweep", Days, sweep, output=int, title=lambda _: "Sweep old requests", limit=1
)


def declared() -> tuple[Declared, ...]:
    """The job and its daily schedule."""
    return SWEEP, Schedule("access.sweep", "10 4 * * *", SWEEP, Days(WAIT_DAYS, KEPT_DAYS))
