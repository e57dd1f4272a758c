"""Writing a job's transaction until it is in, or until the lease is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

__all__ = ["DATABASE_AWAY", "durably", "is_away"]

T = TypeVar("T")

_log = structlog.get_logger("craton.jobs")

DATABASE_AWAY: Final = (
    DBAPIError,
    PoolTimeout,
    OSError,
    asyncpg.PostgresError,  # SQLAlchemy passes on what connecting raises
    asyncpg.InterfaceError,
)
"""What a database that is away raises; see `is_away` for which of them."""
_RETRY_CODES: Final = {"40001", "40P01", "57P01", "57P02", "57P03", "53300", "55P03"}


def is_away(error: BaseException) -> bool:
    """Whether the database, not the statement, is at fault, so that trying again may help:
    no connection, a server that shuts down, a deadlock, a lock held by another."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            return True
        return getattr(error.orig, "sqlstate", None) in _RETRY_CODES
    return isinstance(error, DATABASE_AWAY)


async def durably(
    sessions: async_sessionmaker[AsyncSession],
    work: Callable[[AsyncSession], Awaitable[T]],
    *,
    until: Callable[[], float],
    pause: float,
) -> T:
    """The answer of `work` in a transaction that committed. While the database is away it is
    tried again, until the monotonic time `until()`; `work` must find out by itself whether an
    earlier try got in after all (a commit whose answer was lost)."""
    while True:
        try:
            async with sessions() as session, session.begin():
                return await work(session)
        except DATABASE_AWAY as error:
            if not is_away(error) or time.monotonic() >= until():
                raise
            _log.info("the database is away; a job's record waits", error=str(error)[:200])
        await asyncio.sleep(pause)
