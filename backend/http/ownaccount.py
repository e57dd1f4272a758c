"""Routes of one's own account: of a person in a browser, who has an account here."""

from __future__ import annotations

from typing import Final

from fastapi import Depends

from backend.db.identity import UserRecord
from backend.db.session import DbSessions
from backend.errors import NotFoundProblem
from backend.http.confirming import only_people
from backend.http.guard import CurrentPrincipal, no_such

__all__ = ["OWN", "OwnAccount"]

OWN: Final = "nothing: it is the caller's own account"
"""What decides on such a route (`backend.http.guard.Decides`)."""


async def _own_account(caller: CurrentPrincipal, db_sessions: DbSessions) -> None:
    only_people(caller)
    async with db_sessions() as db:
        if await db.get(UserRecord, caller.id) is None:
            raise NotFoundProblem(no_such("user"))


OwnAccount: Final = Depends(_own_account)
"""A route's dependency. 403 for tokens, service accounts and command lines, before anything else is
told; 404 for who has no account."""
