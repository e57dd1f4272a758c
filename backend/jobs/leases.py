"""Work that one replica does at a time: a lease by the database's clock, with a fence."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Update, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.db.away import DATABASE_AWAY
from backend.db.bus import Bus, publish
from backend.db.fence import HELD, Fence, LeaseLost
from backend.jobs.clock import clock
from backend.jobs.durable import unbroken, within
from backend.jobs.records import affected
from backend.jobs.tables import LeaseRecord

__all__ = ["Lease", "LeaseLost", "Leases"]

LEASE_SECONDS: Final = 15.0
TOPIC: Final = "leases"
"""The bus's topic for leases that are given back; keys are their names."""
_RENEWED: Final = 1 / 3
_TRIED_AGAIN: Final = 1 / 15
_ANSWERED: Final = 1 / 4
_LEFT: Final = 0.6
"""Shares of a lease's time. It is renewed after a third. Without an answer the work is left after
0.6 of it; what remains is for the work to end in, before anybody else can have the lease."""
_log = structlog.get_logger("craton.jobs")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lease:
    """A held lease of `ttl` seconds. `fence` is higher than any earlier holder's."""

    name: str
    fence: int
    ttl: float
    holder: str
    since: float

    @property
    def patience(self) -> float:
        """Seconds that cancelled work may take to end by itself, and as many again to end when
        it is broken off."""
        return self.ttl / 10


class Leases:
    """The leases this process holds or wants."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        bus: Bus,
        ttl: float = LEASE_SECONDS,
    ) -> None:
        self._db_sessions = db_sessions
        self._bus = bus
        self._ttl = ttl

    async def run(
        self, name: str, work: Callable[[Lease], Awaitable[T]], ttl: float | None = None
    ) -> T:
        """The answer of `work`, done under the lease, which is waited for, kept until the work
        has ended and then given back. When it cannot be kept the work is cancelled, waited for,
        and `LeaseLost` raised; whatever still runs then can commit nothing any more."""
        lease = await self._acquire(name, ttl or self._ttl)
        body = asyncio.create_task(_fenced(lease, work), name=f"under lease {name}")
        lost = asyncio.Event()

        def leave() -> None:
            lost.set()
            body.cancel()

        keeper = asyncio.create_task(self._keep(lease, leave), name=f"lease {name}")
        try:
            await asyncio.wait({body})
        except asyncio.CancelledError:
            body.cancel()
            await asyncio.wait({body})
            if not body.cancelled():
                body.exception()  # it is nobody's any more
            raise
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            if body.done():
                # Also when lost: a renewal that came too late would keep the next one waiting.
                await self._release(lease)
        if body.cancelled() and lost.is_set():
            raise LeaseLost(name)
        return body.result()

    async def _renew(self, lease: Lease) -> Any:
        return await self._once(lambda s: _renewed(s, lease))

    async def _once(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with self._db_sessions() as session, session.begin():
            return await work(session)

    async def _acquire(self, name: str, ttl: float) -> Lease:
        holder, free = uuid.uuid4().hex, asyncio.Event()
        stop = self._bus.subscribe(TOPIC, lambda _: free.set())
        try:
            while True:
                free.clear()
                got: list[Lease] = []
                try:
                    wait = await unbroken(self._attempt(name, holder, ttl, got))
                except asyncio.CancelledError:
                    # What was on its way came through: nobody else would have it until it ends.
                    for lease in got:
                        await self._release(lease)
                    raise
                if got:
                    return got[0]
                try:
                    async with asyncio.timeout(wait):
                        await free.wait()
                except TimeoutError:
                    continue
        finally:
            stop()

    async def _attempt(self, name: str, holder: str, ttl: float, got: list[Lease]) -> float:
        """Put the lease into `got` when it was free, else the seconds until it may be."""
        since = time.monotonic()
        fence, wait = await self._once(lambda s: _try(s, name, holder, ttl))
        if fence is not None:
            got.append(Lease(name, fence, ttl, holder, since))
        return wait

    async def _keep(self, lease: Lease, leave: Callable[[], None]) -> None:
        """Renew until cancelled. Also after `leave`, which is called in time for the work to end:
        if the database answers after all, work that is slow to end still has the lease."""
        until = lease.since + lease.ttl * _LEFT
        pause = lease.ttl * _RENEWED
        while True:
            await asyncio.sleep(max(0.0, min(pause, until - time.monotonic())))
            if time.monotonic() >= until:
                leave()
                until = float("inf")
            pause = lease.ttl * _TRIED_AGAIN
            began = time.monotonic()
            try:
                done = await within(self._renew(lease), lease.ttl * _ANSWERED)
            except (*DATABASE_AWAY, TimeoutError) as error:
                _log.info("a lease could not be renewed", lease=lease.name, error=str(error)[:200])
                continue
            if affected(done) != 1:
                leave()
                return
            if until != float("inf"):
                until = began + lease.ttl * _LEFT
            pause = lease.ttl * _RENEWED

    async def _release(self, lease: Lease) -> None:
        try:
            await unbroken(self._once(lambda s: _give_back(s, lease)))
        except DATABASE_AWAY:
            _log.info("a lease could not be given back; it ends by itself", lease=lease.name)


async def _fenced(lease: Lease, work: Callable[[Lease], Awaitable[T]]) -> T:
    HELD.set(Fence(lease.name, lease.fence))  # of this task, and those it starts
    return await work(lease)


async def _renewed(session: AsyncSession, lease: Lease) -> Any:
    """On the connection, so that the bus tells nobody of it: a heartbeat is no change."""
    connection = await session.connection()
    return await connection.execute(_mine(lease, clock() + lease.ttl))


async def _give_back(session: AsyncSession, lease: Lease) -> None:
    await session.execute(_mine(lease, 0.0))
    publish(session, TOPIC, (lease.name,))


def _mine(lease: Lease, expires: Any) -> Update:
    return (
        update(LeaseRecord)
        .where(
            col(LeaseRecord.name) == lease.name,
            col(LeaseRecord.holder) == lease.holder,
            col(LeaseRecord.fence) == lease.fence,
        )
        .values(expires=expires)
        .execution_options(synchronize_session=False)
    )


async def _try(
    session: AsyncSession, name: str, holder: str, ttl: float
) -> tuple[int | None, float]:
    """The fence when the lease was free, else None and the seconds until it may be."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    upsert = postgresql.insert if on_postgres else sqlite.insert
    free = {"name": name, "holder": "", "expires": 0.0, "fence": 0}
    await session.execute(upsert(LeaseRecord).values(**free).on_conflict_do_nothing())
    taken = await session.execute(
        update(LeaseRecord)
        .where(col(LeaseRecord.name) == name, col(LeaseRecord.expires) <= clock())
        .values(holder=holder, expires=clock() + ttl, fence=col(LeaseRecord.fence) + 1)
        .returning(col(LeaseRecord.fence))
        .execution_options(synchronize_session=False)
    )
    fence = taken.scalar_one_or_none()
    if fence is not None:
        return fence, 0.0
    left = select(col(LeaseRecord.expires) - clock()).where(col(LeaseRecord.name) == name)
    wait = (await session.execute(left)).scalar_one_or_none() or 0.0
    return None, min(max(float(wait), 0.05), ttl)
