"""The end of the account's hour."""

from __future__ import annotations

import time

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.scope import organisation
from backend.audit import Audit, Origin, Target
from backend.identity.breakglass import close_over

__all__ = ["close"]


async def close(db_sessions: async_sessionmaker[AsyncSession], org: str) -> None:
    """Switch the account off when its hour is over. Its sessions ended with the hour by
    themselves: this keeps others from being opened, and says so in the record."""
    async with db_sessions() as db, db.begin():
        user = await close_over(db, time.time())
        if user is not None:
            target = Target("user", user.id, user.login, organisation(org))
            told = "Its hour is over. It opens again when a new code is printed."
            Audit(db, Origin.system(org, "break-glass")).did(
                "close-break-glass", target, detail=told
            )
