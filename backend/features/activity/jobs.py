"""What the record does by itself: entries get their place in the chain, the chain is verified every
night, and the oldest segments go."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.retention import cut, prune, take_stock
from backend.features.activity.keys import signer
from backend.features.activity.sequencing import Sequencer
from backend.features.activity.verifying import verify_now
from backend.features.context import FeatureContext
from backend.jobs import Declared, Job, JobFailed, Loop, Run, Schedule

__all__ = ["VERIFY_KEY", "Days", "Record", "declared"]

VERIFY_KEY: Final = "activity.verify"
"""One verification at a time."""
_DAY: Final = 86400.0
_PIECE: Final = 1000


class Days(msgspec.Struct):
    """How many days are kept."""

    days: int


class Nothing(msgspec.Struct):
    """Says nothing: there is one record."""


class Record:
    """The jobs of one console's record."""

    def __init__(self, context: FeatureContext) -> None:
        self._context = context
        self.sequencer = Sequencer(
            context.db_sessions, context.bus, context.secrets, context.organisation
        )
        self.verification: Job[Nothing, bool] = Job(
            "activity.verify", Nothing, self._verify, output=bool, limit=1, attempts=1,
            title=lambda _: "Verify the audit record",
        )  # fmt: skip
        self.forgetting: Job[Days, int] = Job(
            "activity.forget", Days, self._forget, output=int, limit=1,
            title=lambda given: f"Forget activity older than {given.days} days",
        )  # fmt: skip

    async def _verify(self, run: Run, _given: Nothing) -> bool:
        run.progress(0, 1, "reading every entry")
        if not await verify_now(self._context.db_sessions, self._context.organisation):
            raise JobFailed("The audit record is not whole. Activity says where it breaks.")
        return True

    async def _forget(self, run: Run, given: Days) -> int:
        organisation = self._context.organisation

        async def begin(session: AsyncSession) -> int:
            key = await signer(session, self._context.secrets)
            made = await cut(session, organisation, time.time() - given.days * _DAY, key)
            return made.sequence if made else 0

        async def piece(session: AsyncSession) -> int:
            return await prune(session, organisation, _PIECE)

        await run.transaction("cut", begin, returns=int)
        gone, number = 0, 0
        while True:
            number += 1
            last = await run.transaction(f"forget {number}", piece, returns=int)
            gone += last
            if last < _PIECE:
                break
        await run.transaction("take stock", take_stock, returns=type(None))
        return gone


def declared(record: Record, days: int) -> tuple[Declared, ...]:
    """The loop, both jobs and their nightly schedules."""
    return (
        Loop("audit chain", record.sequencer.run),
        record.forgetting,
        record.verification,
        Schedule("activity.forget", "20 3 * * *", record.forgetting, Days(days)),
        Schedule("activity.verify", "50 2 * * *", record.verification, Nothing()),
    )
