"""The job that verifies the chain every night, and when somebody asks for it."""

from __future__ import annotations

import time

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.audit.stored import verify_stored
from backend.audit.verify import Broken
from backend.db.audit import AuditVerification

__all__ = ["verify_now"]


async def verify_now(db_sessions: async_sessionmaker[AsyncSession], organisation: str) -> bool:
    """Verify the whole chain and keep the result; whether it is sound."""
    try:
        report = await verify_stored(db_sessions, organisation)
    except Broken as error:
        found = AuditVerification(
            organisation=organisation, at=time.time(), sound=False, entries=0,
            sequence=error.sequence, sentence=error.sentence[:1024],
        )  # fmt: skip
    else:
        found = AuditVerification(
            organisation=organisation, at=time.time(), sound=True, entries=report.entries,
            sequence=report.last, sentence=report.sentence[:1024],
        )  # fmt: skip
    async with db_sessions() as db, db.begin():
        mine = col(AuditVerification.organisation) == organisation
        await db.execute(delete(AuditVerification).where(mine))
        db.add(found)
    return found.sound
