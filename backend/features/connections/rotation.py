"""Secrets sealed with an older key are sealed anew with the active one, as a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.jobs import Declared, Job, Jobs, Loop, Run
from backend.secrets.store import Secrets

__all__ = ["rotation"]

_BATCH: Final = 100
_LOOK_SECONDS: Final = 3600.0


class Rotate(msgspec.Struct, frozen=True):
    """To which key."""

    key_id: str


def rotation(
    jobs: Jobs, secrets: Secrets, db_sessions: async_sessionmaker[AsyncSession]
) -> tuple[Declared, ...]:
    """The job, and the loop that starts it when the active key is a new one."""

    async def rotate(run: Run, given: Rotate) -> int:
        total, batch = 0, 0
        while True:
            batch += 1
            left = await run.transaction(f"batch {batch}", _batch(secrets, given), returns=int)
            total = total or left + _BATCH
            run.progress(total - left, total, "sealing data keys anew")
            if not left:
                return batch

    job: Job[Rotate, int] = Job(
        kind="secrets.rotate",
        input=Rotate,
        output=int,
        run=rotate,
        title=lambda given: f"Seal secrets with the key {given.key_id}",
        limit=1,
    )

    async def look() -> None:
        async with db_sessions() as db:
            key_id = await secrets.outdated(db)
        if key_id:
            await jobs.start(job, Rotate(key_id), key=f"secrets.rotate {key_id}")

    # Every replica looks; the key makes one job of it, without a lease to renew for ever.
    return job, Loop("secret-rotation", look, every=_LOOK_SECONDS)


def _batch(secrets: Secrets, given: Rotate) -> Callable[[AsyncSession], Awaitable[int]]:
    async def some(db: AsyncSession) -> int:
        return await secrets.rotate(db, _BATCH, to=given.key_id)

    return some
