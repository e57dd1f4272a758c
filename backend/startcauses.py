"""Why the console does not start, as one line with what to do instead of a traceback.

What is not known here is a fault of the program's, and keeps its traceback.
"""

from __future__ import annotations

from typing import Final

import asyncpg
from alembic.util import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from backend.db.away import is_away, met_on_the_way
from backend.http.server import CannotListen
from backend.secrets.envelope import SecretProblem
from backend.secrets.keyring import KeyRingError
from backend.settings import Settings
from backend.stack.errors import StackError
from backend.stack.filecauses import cause_of_file

__all__ = ["cause_of_start"]

_SENTENCES: Final = (CannotListen, StackError, SecretProblem, KeyRingError)
"""Errors whose words are for the operator already."""

_SQLITE: Final = (
    ("is locked", "is held by another program. End that one, then start again."),
    ("disk is full", "cannot grow: the disk is full. Free some, or set CRATON_HOME."),
    ("unable to open", "cannot be opened. Its folder has to be there and to be writable."),
    ("readonly", "cannot be written. Give this user the right to, or set CRATON_HOME."),
    ("not a database", "is no database. Restore it from a backup, or move it away to begin anew."),
    ("malformed", "is damaged. Restore it from a backup, or move it away to begin anew."),
    ("disk i/o error", "cannot be read or written: the disk fails, or is full."),
)


def cause_of_start(error: BaseException, settings: Settings) -> str:
    """The cause in a line; empty for what no operator can mend."""
    if isinstance(error, _SENTENCES):
        return str(error)
    if isinstance(error, CommandError):
        return (
            f"The database was made by another version of Craton ({error}). Start the newest "
            "version that was used with it, or restore a backup made before."
        )
    if isinstance(error, OSError) and (found := cause_of_file(error, settings.home)):
        return found
    if settings.database_url and not settings.database_url.startswith("sqlite"):
        return _of_postgres(error, settings.database_url)
    return _of_sqlite(error, settings) if isinstance(error, DBAPIError) else ""


def _of_sqlite(error: DBAPIError, settings: Settings) -> str:
    said = str(error.orig).lower()
    for word, advice in _SQLITE:
        if word in said:
            return f"The database {make_url(settings.database).database} {advice} ({error.orig})"
    return ""


def _of_postgres(error: BaseException, address: str) -> str:
    """Never with the password, which the address may hold."""
    url = make_url(address)
    where = f"{url.host or 'localhost'}:{url.port or 5432}"
    raised = error.orig if isinstance(error, DBAPIError) and error.orig else error
    known = raised.__cause__ if isinstance(raised.__cause__, asyncpg.PostgresError) else raised
    said = " ".join(str(known).split())[:300] or type(known).__name__
    if isinstance(known, asyncpg.InvalidAuthorizationSpecificationError):
        return (
            f"The database at {where} refuses {url.username or 'this user'}: {said}. "
            "Check user and password in CRATON_DATABASE_URL."
        )
    if isinstance(known, asyncpg.InvalidCatalogNameError | asyncpg.InsufficientPrivilegeError):
        return f"The database at {where} cannot be used: {said}. Check CRATON_DATABASE_URL."
    if is_away(error) and (not isinstance(error, OSError) or met_on_the_way(error)):
        return (
            f"The database at {where} cannot be reached: {said}. "
            "Check CRATON_DATABASE_URL and that the server is up."
        )
    return ""
