"""The replica's worker: takes jobs, shows signs of life, hears cancellations, hands over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any, Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.db.away import DATABASE_AWAY, is_away
from backend.db.bus import Bus
from backend.db.notice import Notice
from backend.jobs.claim import claim, next_due
from backend.jobs.clock import clock
from backend.jobs.durable import within
from backend.jobs.execution import Execution
from backend.jobs.job import Job, Schedule
from backend.jobs.limits import Timing
from backend.jobs.metrics import RUNNING
from backend.jobs.records import TOPIC
from backend.jobs.schedules import next_tick, prepare, start_due
from backend.jobs.silent import end_silent
from backend.jobs.tables import JobRecord

__all__ = ["Worker"]

_log = structlog.get_logger("craton.jobs")
_SHORTEST_LOOK: Final = 0.02
_LONGEST_LOOK: Final = 3600.0


class Worker:
    """Runs the `known` jobs of a process. Its three loops are `look`, `beat` and `flush`; each
    may fail and be started again at any time."""

    def __init__(
        self,
        *,
        db_sessions: async_sessionmaker[AsyncSession],
        reading: async_sessionmaker[AsyncSession],
        bus: Bus,
        owner: str,
        timing: Timing,
        organisation: str,
    ) -> None:
        self.known: dict[str, Job[Any, Any]] = {}
        self.schedules: dict[str, Schedule[Any]] = {}
        self._db_sessions = db_sessions
        self._reading = reading
        self._bus = bus
        self._owner = owner
        self._timing = timing
        self._organisation = organisation
        self._running: dict[str, Execution] = {}
        self._woken = asyncio.Event()
        self._busy = asyncio.Event()
        self._asking: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._given_up = 0
        """Looks that said nothing for too long and may go on late, beside a new one."""
        self._committing = 0
        """Jobs that such a look may be about to get all the same."""

    async def reclaim(self) -> None:
        """This process alone works on the database (SQLite): jobs that ran when the last one
        ended go on at once."""
        async with self._db_sessions() as session, session.begin():
            await session.execute(
                update(JobRecord)
                .where(col(JobRecord.state) == "running", col(JobRecord.owner) != self._owner)
                .values(lease_until=0.0)
            )

    async def prepare(self) -> None:
        """Record the schedules."""
        async with self._db_sessions() as session, session.begin():
            await prepare(session, self.schedules.values())

    async def look(self) -> None:
        """Take what is due, until cancelled. Looks when a notice tells of a job, and when one
        may become due or its owner's lease may be over: with nothing to do, never."""
        stop = self._bus.subscribe(TOPIC, self._heard)
        self._woken.set()
        try:
            while not self._stopping:
                self._woken.clear()
                try:
                    pause = await within(self._look(), self._timing.lease)
                except TimeoutError:
                    self._given_up += 1
                    await self._unblock()
                    pause = self._timing.retry  # a connection that says nothing: try another
                except DATABASE_AWAY as error:
                    if not is_away(error):
                        raise
                    pause = self._timing.retry
                try:
                    async with asyncio.timeout(pause):  # wait_for may lose a cancellation (3.11)
                        await self._woken.wait()
                except TimeoutError:
                    continue
        finally:
            stop()

    async def _unblock(self) -> None:
        """Whoever keeps the lock of claims and stands still keeps it no longer."""
        try:
            await within(end_silent(self._db_sessions, self._timing.lease), self._timing.lease)
        except (*DATABASE_AWAY, TimeoutError) as error:
            _log.info("nobody could be asked who stands still", error=str(error)[:200])

    async def beat(self) -> None:
        """Show signs of life for the running jobs, until cancelled; give up those whose lease
        could not be kept."""
        while True:
            await self._busy.wait()
            began = time.monotonic()
            try:
                await within(self._renew(began), self._timing.beat)
            except Exception as error:  # noqa: BLE001 (whatever it is, the leases run out)
                _log.info("signs of life are not written", error=str(error)[:200])
            for execution in tuple(self._running.values()):
                if time.monotonic() >= execution.run.deadline:
                    execution.give_up()
            rest = self._timing.beat - (time.monotonic() - began)
            await asyncio.sleep(max(self._timing.beat / 10, rest))

    async def flush(self) -> None:
        """Write the progress of the running jobs a few times a second, until cancelled."""
        while True:
            await self._busy.wait()
            await asyncio.sleep(self._timing.flush)
            for execution in tuple(self._running.values()):
                if not execution.run.superseded:
                    await _flushed(execution)

    async def hand_over(self) -> None:
        """Stop: let other replicas go on with what runs here at once."""
        self._stopping = True
        self._woken.set()
        running = tuple(self._running.values())
        await asyncio.gather(*(execution.hand_over() for execution in running))
        await asyncio.gather(*self._asking, return_exceptions=True)

    def _heard(self, notice: Notice) -> None:
        self._woken.set()
        mine = self._running.keys() if notice.keys is None else notice.keys
        if any(key in self._running for key in mine):
            task = asyncio.create_task(self._ask_cancelled(tuple(mine)))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask_cancelled(self, keys: Iterable[str]) -> None:
        query = select(col(JobRecord.id)).where(
            col(JobRecord.id).in_(list(keys)),
            col(JobRecord.cancelling),
            col(JobRecord.phase) == "run",
        )
        async with self._reading() as session:
            found = list((await session.execute(query)).scalars())
        self._cancel(found)

    def _cancel(self, keys: Iterable[str]) -> None:
        for key in keys:
            execution = self._running.get(key)
            if execution is not None:
                execution.cancel()

    async def _look(self) -> float | None:
        """Start what can be started; the seconds until something is due, None for nothing."""
        look = self._given_up
        async with self._reading() as session:
            due = await next_due(session, self.known)
            tick = await next_tick(session, self.schedules)
        if tick is not None and tick <= 0:
            async with self._db_sessions() as session, session.begin():
                await start_due(session, self.schedules.values(), self._organisation)
            return 0.0
        if due is not None and due <= 0 and self._room() > 0:
            taken = await self._claim(look)
            due = 0.0 if taken else self._timing.beat  # a full lane: look again soon
        elif due is not None and self._room() <= 0:
            due = None  # the end of one wakes us
        waits = [pause for pause in (due, tick) if pause is not None]
        return min(_LONGEST_LOOK, max(_SHORTEST_LOOK, min(waits))) if waits else None

    def _room(self) -> int:
        return self._timing.capacity - len(self._running) - self._committing

    async def _claim(self, look: int) -> int:
        """Take what there is room for; nothing when this look was given up meanwhile."""
        began = time.monotonic()
        rows, counted = [], 0
        try:
            async with self._db_sessions() as session, session.begin():
                if look == self._given_up:
                    rows = await claim(session, self.known, self._owner, self._timing, self._room())
                if look != self._given_up:
                    await session.rollback()
                    return 0
                counted = len(rows)
                self._committing += counted
        finally:
            self._committing -= counted
        for row, steps in rows:
            job = self.known[row.kind]
            execution = Execution(job, row, steps, self._db_sessions, self._timing)
            execution.run.deadline = began + self._timing.lease - self._timing.margin
            self._running[row.id] = execution
            execution.begin(self._ended)
        self._count()
        return len(rows)

    def _ended(self, execution: Execution) -> None:
        if self._running.get(execution.row.id) is execution:
            del self._running[execution.row.id]
        self._count()
        self._woken.set()

    def _count(self) -> None:
        RUNNING.set(len(self._running))
        if self._running:
            self._busy.set()
        else:
            self._busy.clear()

    async def _renew(self, began: float) -> None:
        query = (
            update(JobRecord)
            .where(
                col(JobRecord.id).in_(list(self._running)),
                col(JobRecord.owner) == self._owner,
                col(JobRecord.state) == "running",
            )
            .values(lease_until=clock() + self._timing.lease)
            .returning(col(JobRecord.id), col(JobRecord.fence), col(JobRecord.cancelling))
            .execution_options(synchronize_session=False)
        )
        before = dict(self._running)
        async with self._db_sessions() as session, session.begin():
            kept = {row[0]: (row[1], row[2]) for row in await session.execute(query)}
        for key, execution in before.items():
            fence, cancelling = kept.get(key, (None, False))
            if fence == execution.run.fence:
                execution.run.deadline = began + self._timing.lease - self._timing.margin
                if cancelling:
                    execution.cancel()
            elif self._running.get(key) is execution:
                execution.give_up()


async def _flushed(execution: Execution) -> None:
    try:
        await execution.run.flush()
    except asyncio.CancelledError:
        if not execution.run.superseded:
            raise
        execution.give_up()
