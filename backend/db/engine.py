"""Engine and session factory for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from backend.db.bus import Bus
from backend.db.files import make_private

__all__ = ["create_db_sessions", "create_engine"]

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)


IDLE_SECONDS: Final = 30.0
"""How long a transaction on PostgreSQL may ask nothing before the server ends it: longer than any
route waits for another system. A replica that stands still in one (a paused machine, a lost line)
would keep its locks, and with them everybody who takes jobs, for hours."""


def create_engine(url: str, *, idle_seconds: float = IDLE_SECONDS, **pool: Any) -> AsyncEngine:
    """An engine for `url` (``sqlite+aiosqlite://`` or ``postgresql+asyncpg://``); `pool` are the
    pool's arguments on SQLite, `idle_seconds` bound what a transaction on PostgreSQL may be idle.

    Its errors, which end in logs, name no values; a SQLite file is the owner's alone.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_async_engine(url, hide_parameters=True, **pool)
        path = make_url(url).database or ""
        event.listen(engine.sync_engine, "do_connect", lambda *_: make_private(path))
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return engine
    engine = create_async_engine(
        url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True
    )
    limit = f"SET idle_in_transaction_session_timeout = {idle_seconds * 1000:.0f}"

    def prepare(connection: Any, _record: Any) -> None:
        # Not by a cursor: its transaction would be rolled back, and the setting with it.
        connection.run_async(lambda driver: driver.execute(limit))

    event.listen(engine.sync_engine, "connect", prepare)
    return engine


def create_db_sessions(
    engine: AsyncEngine, bus: Bus | None = None, info: Mapping[Any, Any] | None = None
) -> async_sessionmaker[AsyncSession]:
    """Sessions whose objects stay readable after commit; `bus` tells what they change. Without
    one, a bus of the engine's own tells the other replicas. Each carries `info`."""
    options = (bus or Bus(engine)).session_options()
    options["info"] = {**options["info"], **(info or {})}
    return async_sessionmaker(engine, expire_on_commit=False, **options)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
