"""The break-glass account in use: told to everybody who is told of problems, until it is sealed."""

from __future__ import annotations

import time

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.scope import organisation, render
from backend.db.identity import UserRecord
from backend.features.overview.rows import ProblemRow
from backend.identity.breakglass import read_break_glass
from backend.live.row import Row
from backend.live.table import Table

__all__ = ["Emergency", "EmergencyRow", "emergency_problem"]

_KEY = "break-glass"


class EmergencyRow(Row, frozen=True):
    """The account, unsealed at Unix seconds `since`; `open` while it signs in."""

    login: str
    since: float
    address: str
    open: bool
    scope: str


class Emergency:
    """Looks after the account in the database; there is one row, or none."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession], org: str) -> None:
        self._db_sessions = db_sessions
        self._scope = render(organisation(org))
        self.rows: Table[EmergencyRow] = Table("break-glass in use")

    async def look(self) -> None:
        """See whether it is unsealed, or was and has no new code."""
        async with self._db_sessions() as db:
            row = await read_break_glass(db)
            user = await db.get(UserRecord, row.user_id) if row is not None else None
        if row is None or user is None or row.code or row.unsealed is None:
            self.rows.remove(_KEY)
            return
        is_open = row.until is not None and row.until > time.time()
        found = EmergencyRow(
            key=_KEY,
            login=user.login,
            since=row.unsealed,
            address=row.unsealed_from,
            open=is_open,
            scope=self._scope,
        )
        if self.rows.get(_KEY) != found:
            self.rows.put(found)


def emergency_problem(row: EmergencyRow) -> ProblemRow:
    """That somebody used the code; what they did stands in the record."""
    now = "is open" if row.open else "was used and has no code"
    return ProblemRow(
        key=row.key,
        rank=0,
        severity="error",
        system="console",
        kind="Account",
        name=row.login,
        reason=f"the break-glass account was unsealed from {row.address or 'the server'}",
        cause=f"Break-glass account {now}",
        affects="its user may do everything" if row.open else "nobody can open it now",
        count=1,
        since=row.since,
        link="/access/sign-in",
        collection="users",
        target="",
        scope=row.scope,
        seen=row.since,
    )
