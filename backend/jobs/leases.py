"""Work that one replica does at a time: a lease by the database's clock, with a fence."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Update, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.db.away import DATABASE_AWAY
from backend.jobs.clock import clock
from backend.jobs.durable import unbroken, within
from backend.jobs.records import affected
from backend.jobs.tables import LeaseRecord

__all__ = ["Lease", "LeaseLost", "Leases"]

LEASE_SECONDS: Final = 15.0
_log = structlog.get_logger("craton.jobs")
T = TypeVar("T")


class LeaseLost(Exception):
    """Another replica holds the lease now, or the database was away for too long."""


class Lease:
    """A held lease. `fence` is higher than any earlier holder's."""

    def __init__(self, name: str, fence: int) -> None:
        self.name = name
        self.fence = fence

    async def check(self, session: AsyncSession) -> None:
        """Make the session's transaction fail (`LeaseLost`) unless the lease is still ours; call
        it before the first write, since it locks the lease's row."""
        held = update(LeaseRecord).where(
            col(LeaseRecord.name) == self.name, col(LeaseRecord.fence) == self.fence
        )
        done = await session.execute(
            held.values(fence=self.fence).execution_options(synchronize_session=False)
        )
        if affected(done) != 1:
            raise LeaseLost(self.name)


class Leases:
    """The leases this process holds or wants."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession]) -> None:
        self._db_sessions = db_sessions

    @asynccontextmanager
    async def hold(self, name: str, ttl: float = LEASE_SECONDS) -> AsyncIterator[Lease]:
        """Wait for the lease, then keep it until the block ends; the block is cancelled, and
        `LeaseLost` raised, when it cannot be kept."""
        holder = uuid.uuid4().hex
        lease = await self._acquire(name, holder, ttl)
        block = asyncio.current_task()
        lost = asyncio.Event()

        def give_up() -> None:
            lost.set()
            if block is not None:
                block.cancel()

        keeper = asyncio.create_task(self._keep(lease, holder, ttl, give_up), name=f"lease {name}")
        try:
            yield lease
        except asyncio.CancelledError:
            if lost.is_set() and block is not None and block.uncancel() == 0:
                raise LeaseLost(name) from None
            raise
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            # Also when lost: a renewal that came too late would keep the next holder waiting.
            await self._release(lease, holder)

    async def _renew(self, lease: Lease, holder: str, ttl: float) -> Any:
        return await self._once(lambda s: s.execute(_mine(lease, holder, clock() + ttl)))

    async def _once(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with self._db_sessions() as session, session.begin():
            return await work(session)

    async def _acquire(self, name: str, holder: str, ttl: float) -> Lease:
        while True:
            fence, wait = await unbroken(self._once(lambda s: _try(s, name, holder, ttl)))
            if fence is not None:
                return Lease(name, fence)
            await asyncio.sleep(wait)

    async def _keep(
        self, lease: Lease, holder: str, ttl: float, give_up: Callable[[], None]
    ) -> None:
        until = time.monotonic() + ttl * 0.85
        while True:
            await asyncio.sleep(min(ttl / 3, max(0.0, until - time.monotonic())))
            if time.monotonic() >= until:
                give_up()
                return
            began = time.monotonic()
            try:
                done = await within(self._renew(lease, holder, ttl), ttl / 4)
            except (*DATABASE_AWAY, TimeoutError) as error:
                _log.info("a lease could not be renewed", lease=lease.name, error=str(error)[:200])
                continue
            if affected(done) != 1:
                give_up()
                return
            until = began + ttl * 0.85

    async def _release(self, lease: Lease, holder: str) -> None:
        try:
            await unbroken(self._once(lambda s: s.execute(_mine(lease, holder, 0.0))))
        except DATABASE_AWAY:
            _log.info("a lease could not be given back; it ends by itself", lease=lease.name)


def _mine(lease: Lease, holder: str, expires: Any) -> Update:
    return (
        update(LeaseRecord)
        .where(
            col(LeaseRecord.name) == lease.name,
            col(LeaseRecord.holder) == holder,
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
