"""Change notices follow commits, never rollbacks."""

from __future__ import annotations

from pathlib import Path

from backend.db.activity import ActivityRecord
from backend.db.engine import create_engine, create_sessions
from backend.db.migrate import upgrade
from backend.db.notices import ChangeNotices


async def test_a_commit_is_told_and_a_rollback_is_not(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'n.db'}")
    await upgrade(engine)
    notices, heard = ChangeNotices(), []
    notices.listen("activity", lambda: heard.append("activity"))
    notices.listen("role_binding", lambda: heard.append("role_binding"))
    sessions = create_sessions(engine, notices)
    entry = {"actor": "ada", "action": "test", "outcome": "success"}
    async with sessions() as session:
        session.add(ActivityRecord.at_now(**entry))
        await session.flush()
        await session.rollback()
    assert heard == []
    async with sessions() as session:
        session.add(ActivityRecord.at_now(**entry))
        await session.commit()
    await engine.dispose()
    assert heard == ["activity"]
