"""Which errors mean that the database is away, wherever it is asked."""

from __future__ import annotations

import traceback
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

__all__ = ["DATABASE_AWAY", "in_words", "is_away", "met_on_the_way"]

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


_SQLITE: Final = (
    (
        "disk is full",
        "The database cannot grow: the disk of the console's data is full. Free some, and go on.",
    ),
    ("readonly", "The database cannot be written: its disk, or the file, may only be read."),
    ("disk i/o error", "The database cannot be read or written: its disk fails, or is full."),
)
_SILENT: Final = (
    "The database does not answer just now. Look whether what you did was done, and try again."
)


def in_words(error: BaseException) -> str:
    """What a person who asked is told of a database that is away; empty for any other error."""
    if not is_away(error) or (isinstance(error, OSError) and not met_on_the_way(error)):
        return ""
    said = str(error.orig).lower() if isinstance(error, DBAPIError) else ""
    return next((words for word, words in _SQLITE if word in said), _SILENT)


def met_on_the_way(error: OSError) -> bool:
    """Whether it was met on the way to the database; others are of files, or of other servers."""
    frames = (frame for frame, _line in traceback.walk_tb(error.__traceback__))
    return any(str(frame.f_globals.get("__name__")).startswith("asyncpg.") for frame in frames)
