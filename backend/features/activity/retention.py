"""How long the activity record is kept."""

from __future__ import annotations

import time

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.db.audit import AuditEntry

__all__ = ["forget_old_activity"]


async def forget_old_activity(sessions: async_sessionmaker[AsyncSession], days: int) -> int:
    """Delete entries older than `days`; how many. Harmless on several replicas at once."""
    horizon = time.time() - days * 86400.0
    async with sessions() as db, db.begin():
        gone = await db.execute(delete(AuditEntry).where(col(AuditEntry.at) < horizon))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult
