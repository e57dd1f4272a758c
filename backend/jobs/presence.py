"""Which consoles run now, and which kinds of job each of them knows.

Every console has a row (`WorkerRecord`) that it prolongs now and then; one whose time is over is
gone. Nothing is decided by it: it tells people why a job waits, and where one runs.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel, col

from backend.db.bus import publish
from backend.db.notice import rows
from backend.jobs.clock import clock
from backend.jobs.job import Job
from backend.jobs.records import affected
from backend.jobs.tables import JobRecord, KnownKind, WorkerRecord

__all__ = ["TOPIC", "Presence", "place_of", "reason"]

TOPIC: Final = rows(str(WorkerRecord.__tablename__))
"""The bus's topic for consoles that came or went."""
EVERY: Final = 30.0
"""Seconds between two signs of life."""
_LASTS: Final = 3 * EVERY
_FOR_GOOD: Final = 10 * 365 * 86400.0
_VAIN: Final = "Waits: no running console knows jobs of kind "


class Presence:
    """This console's row. One that is `alone` with its database never prolongs it."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        owner: str,
        known: Mapping[str, Job[Any, Any]],
        *,
        alone: bool,
    ) -> None:
        self._db_sessions = db_sessions
        self._owner = owner
        self._known = known
        self._lasts = _FOR_GOOD if alone else _LASTS

    async def tell(self) -> None:
        """Say that this console runs; those whose time is over are forgotten."""
        expires = clock() + self._lasts
        async with self._db_sessions() as session, session.begin():
            connection = await session.connection()  # of signs of life the bus tells nobody
            prolonged = await connection.execute(self._mine().values(expires=expires))
            over = delete(WorkerRecord).where(col(WorkerRecord.expires) <= clock())
            gone = affected(await connection.execute(over))
            if not affected(prolonged):
                await self._come(session, expires)
            if gone or not affected(prolonged):
                publish(session, TOPIC)

    async def only(self) -> None:
        """Forget all others: this console is alone with its database."""
        others = delete(WorkerRecord).where(col(WorkerRecord.owner) != self._owner)
        async with self._db_sessions() as session, session.begin():
            await session.execute(others)

    async def leave(self) -> None:
        """Say that this console stops."""
        mine = delete(WorkerRecord).where(col(WorkerRecord.owner) == self._owner)
        async with self._db_sessions() as session, session.begin():
            await session.execute(mine)

    def _mine(self) -> sa.Update:
        return update(WorkerRecord).where(col(WorkerRecord.owner) == self._owner)

    async def _come(self, session: AsyncSession, expires: Any) -> None:
        place = f"{socket.gethostname()}/{os.getpid()}"[:128]
        await session.execute(
            insert(WorkerRecord).values(owner=self._owner, place=place, expires=expires)
        )
        kinds = [
            {"owner": self._owner, "kind": job.kind, "version": job.version, "reads": job.reads}
            for job in self._known.values()
        ]
        if kinds:
            await session.execute(insert(KnownKind), kinds)


async def place_of(session: AsyncSession, owner: str) -> str:
    """The host and process that hold a job; "" when nobody does, or its console is gone."""
    query = select(col(WorkerRecord.place)).where(
        col(WorkerRecord.owner) == owner, col(WorkerRecord.expires) > clock()
    )
    return (await session.execute(query)).scalar_one_or_none() or "" if owner else ""


def reason() -> ColumnElement[str]:
    """Why a job is as it is, of the table `job`: its error, or that nobody who runs knows it."""
    job = SQLModel.metadata.tables[str(JobRecord.__tablename__)].c
    kind = SQLModel.metadata.tables[str(KnownKind.__tablename__)].c
    worker = SQLModel.metadata.tables[str(WorkerRecord.__tablename__)].c
    known = sa.exists().where(
        kind.kind == job.kind,
        job.version.between(kind.reads, kind.version),
        worker.owner == kind.owner,
        worker.expires > clock(),
    )
    nobodys = sa.or_(job.state != "running", job.lease_until <= clock())
    in_vain = sa.and_(job.finished.is_(None), nobodys, sa.not_(known))
    version = sa.cast(job.version, sa.String)
    told = sa.literal(_VAIN) + job.kind + sa.literal(", version ") + version + sa.literal(".")
    return sa.case((in_vain, told), else_=job.error)
