"""`Jobs`: starting, cancelling and signalling durable jobs, and this replica's worker."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from auth.scope import Scope
from backend.db.away import DATABASE_AWAY
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.jobs import commands
from backend.jobs.alone import HomeLock
from backend.jobs.commands import Start, Started
from backend.jobs.durable import within
from backend.jobs.job import Declared, In, Job, Loop, Schedule
from backend.jobs.leases import Leases
from backend.jobs.limits import Timing
from backend.jobs.presence import EVERY, Presence
from backend.jobs.supervisor import Supervisor
from backend.jobs.tables import JobRecord
from backend.jobs.worker import Worker

__all__ = ["Jobs"]

_log = structlog.get_logger("craton.jobs")
_PATIENCE: Final = 3.0
"""Seconds to say goodbye in."""


class Jobs:
    """The durable jobs of one console over its database, which must be migrated before `run`."""

    def __init__(
        self,
        url: str,
        engine: AsyncEngine,
        bus: Bus,
        *,
        organisation: str = "main",
        timing: Timing | None = None,
        lock: Path | None = None,
    ) -> None:
        self.alone = make_url(url).get_backend_name() == "sqlite"
        self._engine = _one_writer(url) if self.alone else engine
        self.db_sessions: async_sessionmaker[AsyncSession] = create_db_sessions(self._engine, bus)
        self.leases = Leases(self.db_sessions, bus)
        self.owner = uuid.uuid4().hex
        self._organisation = organisation
        self._lock = HomeLock(lock) if lock and self.alone else None
        self.reading = create_db_sessions(engine, bus)
        self.worker = Worker(
            db_sessions=self.db_sessions,
            reading=self.reading,
            bus=bus,
            owner=self.owner,
            timing=timing or Timing(),
            organisation=organisation,
        )
        self._presence = Presence(self.db_sessions, self.owner, self.worker.known, alone=self.alone)

    def declare(self, declared: Iterable[Declared], supervisor: Supervisor) -> None:
        """Add what features declare; before `start`. A kind or schedule has one declaration."""
        for item in declared:
            if isinstance(item, Loop):
                supervisor.add(item, self.leases)
                continue
            if isinstance(item, Schedule):
                if item.name in self.worker.schedules:
                    raise ValueError(f"two schedules are named {item.name}")
                self.worker.schedules[item.name] = item
                continue
            if item.kind in self.worker.known:
                raise ValueError(f"two jobs are of the kind {item.kind}")
            self.worker.known[item.kind] = item

    async def start_worker(self, supervisor: Supervisor) -> None:
        """Begin to work; the loops are the supervisor's."""
        if self.alone and (self._lock is None or self._lock.acquire()):
            await self.worker.reclaim()
            await self._presence.only()
        elif self.alone:
            _log.warning("another console uses this data directory; its jobs are left to it")
        await self.worker.prepare()
        await self._presence.tell()
        for name in ("look", "beat", "flush"):
            supervisor.add(Loop(f"jobs-{name}", getattr(self.worker, name)), self.leases)
        if not self.alone:
            supervisor.add(Loop("jobs-presence", self._presence.tell, every=EVERY, delay=EVERY))

    async def stop(self) -> None:
        """Hand over what runs here; after the supervisor stopped."""
        await self.worker.hand_over()
        with suppress(*DATABASE_AWAY, TimeoutError):  # then the row ends by itself
            await within(self._presence.leave(), _PATIENCE)
        if self.alone:
            await self._engine.dispose()
        if self._lock is not None:
            self._lock.release()

    async def start(
        self,
        job: Job[In, Any],
        given: In,
        *,
        key: str | None = None,
        delay: float = 0.0,
        scope: Scope = (),
        by: str = "",
        tx: AsyncSession | None = None,
    ) -> Started:
        """Start a job; with `tx`, in that transaction. Of a `key` one unfinished job exists."""
        how = Start(key=key, delay=delay, scope=scope, by=by)
        if tx is not None:
            return await commands.start(tx, job, given, how, self._organisation)
        async with self.db_sessions() as session, session.begin():
            return await commands.start(session, job, given, how, self._organisation)

    async def cancel(self, job_id: str, *, by: str = "") -> JobRecord:
        """See `commands.cancel`."""
        async with self.db_sessions() as session, session.begin():
            return await commands.cancel(session, job_id, by)

    async def signal(self, job_id: str, name: str, payload: Any = None) -> None:
        """See `commands.signal`."""
        async with self.db_sessions() as session, session.begin():
            await commands.signal(session, job_id, name, payload)


_LOCKED_SECONDS: Final = 60.0
"""Seconds a job's write waits for the file: nobody waits for it, and a console whose start met a
lock of more than ten seconds on a busy machine did not start."""


def _one_writer(url: str) -> AsyncEngine:
    """One connection to the SQLite file for all jobs, whose transactions take the write lock
    first: many workers' writes then wait for each other here, not in the console's way."""
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine.sync_engine, "connect")
    def explicit(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_LOCKED_SECONDS * 1000:.0f}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def immediate(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
