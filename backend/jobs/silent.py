"""Ending sessions of the database whose process stands still in the middle of a statement."""

from __future__ import annotations

from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

__all__ = ["end_silent"]

_log = structlog.get_logger("craton.jobs")
_END: Final = text(
    "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    " AND state = 'active' AND wait_event = 'ClientRead'"
    " AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)


async def end_silent(db_sessions: async_sessionmaker[AsyncSession], seconds: float) -> None:
    """End this role's sessions that have owed the other half of a statement for `seconds`.

    PostgreSQL's limit of idle transactions (`backend/db/engine.py`) begins when a statement is
    over. A process that was stopped between preparing one and running it would keep the locks of
    its transaction for ever. Nothing on SQLite, where one process works.
    """
    async with db_sessions() as session, session.begin():
        if session.get_bind().dialect.name != "postgresql":
            return
        ended = [row[0] for row in await session.execute(_END, {"seconds": seconds})]
    if ended:
        _log.warning("sessions of processes that stand still were ended", sessions=ended)
