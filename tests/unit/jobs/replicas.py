"""Replicas of a console, reduced to what runs jobs, in the test's process."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakSet

import asyncpg
import msgspec
from sqlalchemy import event, select, update
from sqlmodel import col

from backend.db.bus import Bus
from backend.db.engine import IDLE_SECONDS, create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.jobs import Declared, Jobs, Supervisor, Timing
from backend.jobs.job import Loop
from backend.jobs.tables import FINISHED, JobRecord, LogRow, StepRow

STEADY = Timing(lease=600.0, flush=0.05, retry=0.05)
"""No owner loses its jobs because the machine is busy: tests say when a lease is over."""


class Text(msgspec.Struct):
    text: str = ""


class Replica:
    """One process's jobs over the database."""

    def __init__(
        self, url: str, *declared: Declared, timing: Timing = STEADY, idle: float = IDLE_SECONDS
    ) -> None:
        self.url = url
        self.engine = create_engine(url, idle_seconds=idle)
        self._opened: WeakSet[Any] = WeakSet()
        event.listen(self.engine.sync_engine, "do_connect", self._connect)
        self.bus = Bus(self.engine)
        self.db_sessions = create_db_sessions(self.engine, self.bus)
        self.supervisor = Supervisor()
        self.jobs = Jobs(url, self.engine, self.bus, timing=timing)
        self.jobs.declare(declared, self.supervisor)

    async def start(self, *, migrate: bool = True) -> Replica:
        if migrate:
            await upgrade(self.engine)
        self.supervisor.add(Loop("bus", self.bus.run))
        await self.jobs.start_worker(self.supervisor)
        await self.supervisor.start()
        return self

    async def stop(self) -> None:
        """As a console stops: what runs goes on elsewhere at once."""
        await self.supervisor.stop()
        await self.jobs.stop()
        await self.engine.dispose()

    async def vanish(self) -> None:
        """As a killed process: no word to anybody, nothing written."""
        with contextlib.suppress(BaseExceptionGroup):
            await self.supervisor.stop()
        for execution in tuple(self.jobs.worker._running.values()):
            execution.run.superseded = True
            if execution._task is not None:
                execution._task.cancel()
                await asyncio.gather(execution._task, return_exceptions=True)
        for asking in (asked := tuple(self.jobs.worker._asking)):
            asking.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        await self.engine.dispose()
        if self.jobs.alone:
            await self.jobs._engine.dispose()
        # The pool has forgotten those that were in use; a process takes them with it.
        for connection in tuple(self._opened):
            if not connection.is_closed():
                connection.terminate()

    def _connect(self, dialect: Any, _record: Any, given: Any, named: Any) -> Any:
        """Note each connection as it is made: the pool never hears of one that is let go while it
        is still set up, and does not close it."""
        made = dialect.connect(*given, **named)
        if isinstance(made.driver_connection, asyncpg.Connection):
            self._opened.add(made.driver_connection)
        return made

    async def leases_end(self) -> None:
        """As if the time of all owners' leases had passed."""
        async with self.db_sessions() as session, session.begin():
            await session.execute(update(JobRecord).values(lease_until=0.0))
        self.jobs.worker._woken.set()

    async def row(self, job_id: str) -> JobRecord:
        async with self.db_sessions() as session:
            row = await session.get(JobRecord, job_id)
            assert row is not None
            return row

    async def steps(self, job_id: str) -> list[StepRow]:
        query = select(StepRow).where(col(StepRow.job_id) == job_id)
        async with self.db_sessions() as session:
            rows = (await session.execute(query.order_by(col(StepRow.position)))).scalars()
            return list(rows)

    async def lines(self, job_id: str) -> list[str]:
        query = select(col(LogRow.message)).where(col(LogRow.job_id) == job_id)
        async with self.db_sessions() as session:
            return list((await session.execute(query.order_by(col(LogRow.id)))).scalars())

    async def ended(self, job_id: str, limit: float = 120.0) -> JobRecord:
        """The job once it is finished."""
        return await self.until(job_id, lambda row: row.state in FINISHED, limit)

    async def until(
        self, job_id: str, holds: Callable[[JobRecord], bool], limit: float = 120.0
    ) -> JobRecord:
        deadline = time.monotonic() + limit
        while not holds(row := await self.row(job_id)):
            assert time.monotonic() < deadline, row
            await asyncio.sleep(0.02)
        return row


async def until(holds: Callable[[], bool], limit: float = 60.0) -> None:
    """Poll for a condition of this process."""
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def value(result: Any) -> Callable[[], Awaitable[Any]]:
    """A step's call that gives `result`."""

    async def call() -> Any:
        return result

    return call
