"""Writing a job's transaction until it is in, or until the lease is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.db.away import DATABASE_AWAY, is_away

__all__ = ["durably", "unbroken", "within"]

T = TypeVar("T")

_log = structlog.get_logger("craton.jobs")

PATIENCE: Final = 15.0
"""Seconds until an abandoned statement is broken off: more than SQLite waits for a lock."""
_GOODBYE: Final = 5.0
"""Seconds a statement that was broken off has to let its connection go."""
_unfinished: set[asyncio.Task[Any]] = set()


async def unbroken(work: Coroutine[Any, Any, T], patience: float | None = None) -> T:
    """The answer of `work`, which is finished even when the caller is cancelled, for at most
    `patience` seconds more: a connection left in the middle of a statement is lost, and on SQLite
    may keep the write lock."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _ended(task, PATIENCE if patience is None else patience)
        raise


async def within(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """The answer of `work` if it is there in time, else `TimeoutError`; the work itself goes on
    and is cancelled only much later, for the reason of `unbroken`."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        await _ended(task, PATIENCE)
        raise
    if task.done():
        return task.result()
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    asyncio.get_running_loop().call_later(PATIENCE, task.cancel)
    raise TimeoutError


async def _ended(task: asyncio.Task[Any], patience: float) -> None:
    """Wait until `task`, whose caller is cancelled, has ended: broken off when that takes longer
    than `patience` seconds, and at once when the caller is cancelled again. Left to itself it
    might open a connection after everybody else has closed theirs."""
    with suppress(asyncio.CancelledError):  # the caller raises the first one
        await asyncio.wait({task}, timeout=patience)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_GOODBYE)
    if task.done() and not task.cancelled():
        task.exception()  # retrieved: it has no owner any more


async def _once(
    db_sessions: async_sessionmaker[AsyncSession], work: Callable[[AsyncSession], Awaitable[T]]
) -> T:
    async with db_sessions() as session, session.begin():
        return await work(session)


async def durably(
    db_sessions: async_sessionmaker[AsyncSession],
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
            return await unbroken(_once(db_sessions, work))
        except DATABASE_AWAY as error:
            if not is_away(error) or time.monotonic() >= until():
                raise
            _log.info("the database is away; a job's record waits", error=str(error)[:200])
        await asyncio.sleep(pause)
