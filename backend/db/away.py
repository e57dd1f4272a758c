"""Which errors mean that the database is away, wherever it is asked."""

from __future__ import annotations

from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

__all__ = ["DATABASE_AWAY", "is_away"]

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
