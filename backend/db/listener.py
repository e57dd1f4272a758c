"""PostgreSQL's LISTEN on a connection of its own, until cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, NoReturn

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

__all__ = ["listen"]

RETRY_SECONDS: Final = 0.5
SLOWEST_RETRY: Final = 2.0
NAME: Final = "craton notices"
"""What PostgreSQL calls this connection among the others (`pg_stat_activity`)."""
PING_SECONDS: Final = 5.0
"""A server that vanished without a word is noticed within this and `PING_TIMEOUT`."""
PING_TIMEOUT: Final = 3.0
_DOWN: Final = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

_log = structlog.get_logger("craton.bus")


async def listen(
    engine: AsyncEngine, channel: str, take: Callable[[str], None], lost: Callable[[], None]
) -> NoReturn:
    """Give each payload to `take`. `lost` is called whenever notices may have been missed:
    after each connection, when one ends, and at every vain attempt to connect, so that without
    a line the listeners look again every two seconds."""
    pause = RETRY_SECONDS
    while True:
        try:
            await _listen_once(engine, channel, take, lost)
            pause = RETRY_SECONDS
        except (*_DOWN, TimeoutError) as error:
            _log.warning("no line for change notices", error=f"{type(error).__name__}: {error}")
            pause = min(SLOWEST_RETRY, pause * 1.5)
        lost()
        await asyncio.sleep(pause)


async def _listen_once(
    engine: AsyncEngine, channel: str, take: Callable[[str], None], lost: Callable[[], None]
) -> None:
    named = {"server_settings": {"application_name": NAME}}
    own = create_async_engine(
        engine.url, poolclass=NullPool, hide_parameters=True, connect_args=named
    )
    ended = asyncio.Event()
    try:
        async with asyncio.timeout(10):
            pooled = await own.raw_connection()
        try:
            connection: Any = pooled.driver_connection
            connection.add_termination_listener(lambda _: ended.set())
            async with asyncio.timeout(10):
                await connection.add_listener(channel, lambda *message: take(message[3]))
            lost()
            await _until_ended(connection, ended)
        finally:
            pooled.invalidate()
    finally:
        await own.dispose()


async def _until_ended(connection: Any, ended: asyncio.Event) -> None:
    while not ended.is_set():
        try:
            async with asyncio.timeout(PING_SECONDS):
                await ended.wait()
        except TimeoutError:
            await connection.execute("SELECT 1", timeout=PING_TIMEOUT)
