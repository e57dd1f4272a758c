"""The activity record forgets what is older than its limit, and nothing else."""

from __future__ import annotations

import time

from sqlalchemy import select

from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.features.activity.jobs import forget_old


async def test_only_old_entries_go(database_url: str) -> None:
    engine = create_engine(database_url)
    await upgrade(engine)
    db_sessions = create_db_sessions(engine)
    fields = {"actor": "ada", "action": "test", "outcome": "success"}
    old, young = AuditEntry.at_now("main", **fields), AuditEntry.at_now("main", **fields)
    old.at = time.time() - 11 * 86400
    async with db_sessions() as db, db.begin():
        db.add_all([old, young])
    async with db_sessions() as db, db.begin():
        assert await forget_old(db, 10) == 1
    async with db_sessions() as db:
        kept = (await db.execute(select(AuditEntry))).scalars().all()
    await engine.dispose()
    assert [entry.key for entry in kept] == [young.key]
