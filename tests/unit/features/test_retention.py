"""The activity record forgets whole segments that are older than its limit, and nothing else."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select, text

from backend.audit.stored import verify_stored
from backend.db.audit import AuditCheckpoint, AuditEntry
from backend.features.activity.jobs import Days, Record
from backend.jobs.tables import JobRecord
from backend.secrets.keyring import make_key
from tests.console import ConsoleApp, running_console
from tests.waiting import until


async def test_old_segments_go_and_the_chain_goes_on(tmp_path: Path, database_url: str) -> None:
    async with running_console(tmp_path, database_url, secrets_keys=make_key()) as console:
        await looked_after(console)


async def looked_after(console_on: ConsoleApp) -> None:
    record: Record = console_on.app.state.parts.get(Record)
    sessions = console_on.state.db_sessions
    await console_on.owner()
    await until(lambda: _all_chained(console_on))
    assert await record.sequencer.sign(now=True) is None
    await console_on.owner()
    await until(lambda: _all_chained(console_on))
    before = await verify_stored(sessions, "main")
    assert 0 < before.signed < before.last

    started = await console_on.state.jobs.start(record.forgetting, Days(5), by="test")
    assert await _ended(console_on, started.id) == 0  # nothing is so old

    started = await console_on.state.jobs.start(record.forgetting, Days(-1), by="test")
    assert await _ended(console_on, started.id) == before.signed
    after = await verify_stored(sessions, "main")
    assert after.first == before.signed + 1
    async with sessions() as db:
        kept = (await db.execute(select(AuditEntry))).scalars().all()
        cuts = (await db.execute(select(AuditCheckpoint))).scalars().all()
    assert len(kept) >= before.last - before.signed
    assert [(one.kind, one.sequence) for one in cuts if one.sequence <= before.signed] == [
        ("cut", before.signed)
    ]


async def _all_chained(console: ConsoleApp) -> bool:
    async with console.state.db_sessions() as db:
        return not (await db.execute(text("SELECT count(*) FROM audit_pending"))).scalar_one()


async def _ended(console: ConsoleApp, job_id: str) -> int:
    found: list[int] = []

    async def ended() -> bool:
        async with console.state.db_sessions() as db:
            row = await db.get_one(JobRecord, job_id)
        assert row.state not in {"failed", "cancelled"}, row.error
        if row.state == "succeeded":
            found.append(int(row.result or 0))
        return bool(found)

    await until(ended)
    return found[0]
