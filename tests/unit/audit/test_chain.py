"""The chain: whole as recorded, and whatever is done to it past the console is found (C22)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col

from backend.audit import stored
from backend.audit.chain import CUT, checkpoint, extend, head
from backend.audit.exported import Unreadable, export_lines, read_statements, verify_file
from backend.audit.retention import ForgedCheckpoint, cut, prune
from backend.audit.signing import Signer, new_private
from backend.audit.stored import links, statements, verify_stored
from backend.audit.verify import Broken, Link
from backend.db.audit import AuditEntry, AuditValue
from tests.unit.audit.chained import ORG, Chained, chained
from tests.waiting import until


async def broken(chain: Chained) -> Broken:
    """Why the chain in the database is not whole."""
    with pytest.raises(Broken) as found:
        await verify_stored(chain.db_sessions, ORG)
    return found.value


async def exported(chain: Chained, file: Path) -> Path:
    """The chain as a file."""
    with file.open("w") as out:
        async for lines in export_lines(chain.db_sessions, ORG):
            out.write(lines)
    return file


async def test_a_chain_nobody_touched_is_whole(database_url: str, tmp_path: Path) -> None:
    async with chained(database_url, 1203) as chain:
        await chain.add(2, detail='Zoë \u2028 "quoted" \x7f 👩‍🚀')
        report = await verify_stored(chain.db_sessions, ORG)
        assert (report.first, report.last, report.entries) == (1, 1205, 1205)
        assert (report.signed, report.checkpoints, report.waiting) == (1203, 1, 0)
        file = await exported(chain, tmp_path / "audit.jsonl")
        trusted = {chain.signer.id: chain.signer.public}
        offline = verify_file(file, trusted)
        assert (offline.last, offline.hash) == (report.last, report.hash)
        assert "the file's own" in verify_file(file).notes[-1]


async def test_places_are_given_in_the_order_of_time_whoever_writes(database_url: str) -> None:
    async with chained(database_url) as chain:

        async def write(name: str) -> None:
            for _ in range(10):
                async with chain.db_sessions() as db, db.begin():
                    db.add(AuditEntry.at_now(ORG, actor=name, action="user:create"))

        await asyncio.gather(*(write(f"w{n}") for n in range(5)))
        assert await chain.extend(20) == 20
        assert await chain.extend() == 30
        assert (await verify_stored(chain.db_sessions, ORG)).last == 50


@pytest.mark.postgres
async def test_two_replicas_cannot_give_one_place_twice(postgres_url: str) -> None:
    async with chained(postgres_url, 3) as chain:
        async with chain.db_sessions() as db, db.begin():
            db.add_all(AuditEntry.at_now(ORG, actor="a", action="b:c") for _ in range(4))
        async with chain.db_sessions() as slow, chain.db_sessions() as fast:
            await extend(slow, 2)
            other = asyncio.create_task(extend(fast, 4))
            await until(lambda: _someone_waits(chain))
            await slow.commit()
            with pytest.raises(IntegrityError):
                await other
            await fast.rollback()
        assert await chain.extend() == 2
        assert (await verify_stored(chain.db_sessions, ORG)).last == 7


@pytest.mark.parametrize("table", ["audit_entry", "audit_link", "audit_checkpoint"])
async def test_the_database_refuses_changes_and_deletions(database_url: str, table: str) -> None:
    async with chained(database_url, 3) as chain:
        refused = [f"UPDATE {table} SET organisation = 'x'", f"DELETE FROM {table}"]
        if chain.engine.dialect.name == "postgresql":
            refused.append(f"TRUNCATE {table}")
        for statement in refused:
            with pytest.raises(DBAPIError, match=r"never changed|by retention only"):
                async with chain.engine.begin() as db:
                    await db.execute(text(statement))
        assert (await verify_stored(chain.db_sessions, ORG)).last == 3


@pytest.mark.parametrize(
    ("column", "value"),
    [("actor", "'eve'"), ("at", "5.5"), ("detail", "'x'"), ("times", "2"), ("scope", "'org/x'"),
     ("change", "'{}'"), ("decision", "'denied'"), ("address", "'::1'"), ("upstream", "'no'")],
)  # fmt: skip
async def test_a_changed_entry_is_found(tmp_path: Path, column: str, value: str) -> None:
    async with chained(f"sqlite+aiosqlite:///{tmp_path}/test.db", 9) as chain:
        await chain.tamper(
            f"UPDATE audit_entry SET {column} = {value} WHERE key ="
            " (SELECT entry FROM audit_link WHERE sequence = 5)"
        )
        found = await broken(chain)
        assert found.sequence == 5
        assert found.sentence.startswith("Entry 5 (user:create by ")


async def test_a_changed_entry_is_found_on_either_database(database_url: str) -> None:
    async with chained(database_url, 9) as chain:
        await chain.tamper(
            "UPDATE audit_entry SET actor = 'eve' WHERE key ="
            " (SELECT entry FROM audit_link WHERE sequence = 5)"
        )
        found = await broken(chain)
        assert "Entry 5 (user:create by eve at " in found.sentence
        assert "is not what was recorded" in found.sentence


async def test_a_deleted_entry_is_found_with_its_link_or_without(database_url: str) -> None:
    entry = "DELETE FROM audit_entry WHERE key = (SELECT entry FROM audit_link WHERE {})"
    async with chained(database_url, 9) as chain:
        await chain.tamper(entry.format("sequence = 4"))
        assert (await broken(chain)).sentence.startswith("Entry 4 was deleted")
        await chain.tamper("DELETE FROM audit_link WHERE sequence = 4")
        assert "Entry 4 is missing" in (await broken(chain)).sentence
        await chain.tamper("DELETE FROM audit_link WHERE sequence < 8")
        assert "Entries 1 to 7 are missing" in (await broken(chain)).sentence


async def test_two_exchanged_entries_are_found(database_url: str) -> None:
    async with chained(database_url, 9) as chain:
        await chain.tamper(
            "UPDATE audit_link SET entry = entry || 'x' WHERE sequence IN (3, 4)",
            "UPDATE audit_link SET entry = (SELECT replace(o.entry, 'x', '') FROM"
            " audit_link o WHERE o.sequence = 7 - audit_link.sequence) WHERE sequence = 3",
            "UPDATE audit_link SET entry = (SELECT e.key FROM audit_entry e WHERE NOT EXISTS"
            " (SELECT 1 FROM audit_link l WHERE l.entry = e.key)) WHERE sequence = 4",
        )
        found = await broken(chain)
        assert found.sequence == 3
        assert "exchanged with another" in found.sentence


async def test_a_cut_off_tail_is_found_by_the_checkpoint(database_url: str) -> None:
    async with chained(database_url, 9) as chain:
        await chain.add(3)
        kept = await _checkpoints(chain)
        await chain.tamper(
            "DELETE FROM audit_entry WHERE key IN"
            " (SELECT entry FROM audit_link WHERE sequence > 6)",
            "DELETE FROM audit_link WHERE sequence > 6",
        )
        found = await broken(chain)
        assert found.sequence == 7
        assert "knows entry 9: the last 3 of them were removed" in found.sentence
        await chain.tamper("DELETE FROM audit_checkpoint")
        assert (await verify_stored(chain.db_sessions, ORG)).last == 6
        with pytest.raises(Broken, match="knows entry 9"):  # by what was kept elsewhere
            await verify_stored(chain.db_sessions, ORG, None, kept)


async def test_a_chain_rewritten_to_its_end_is_found_by_the_checkpoint(database_url: str) -> None:
    async with chained(database_url, 9) as chain:
        await chain.tamper("UPDATE audit_entry SET actor = 'eve' WHERE actor = 'ada4'")
        await chain.tamper(
            "DELETE FROM audit_link", "INSERT INTO audit_pending (key) SELECT key FROM audit_entry"
        )
        async with chain.db_sessions() as db, db.begin():
            # As somebody would who has the program: from the beginning, past the checkpoint.
            await db.execute(text("CREATE TABLE aside AS SELECT * FROM audit_checkpoint"))
        await chain.tamper("DELETE FROM audit_checkpoint")
        assert await chain.extend() == 9
        await chain.tamper("INSERT INTO audit_checkpoint SELECT * FROM aside", "DROP TABLE aside")
        found = await broken(chain)
        assert found.sequence == 9
        assert "were rewritten after that" in found.sentence


async def test_a_forged_checkpoint_is_found(database_url: str) -> None:
    async with chained(database_url, 9) as chain:
        await chain.tamper("UPDATE audit_checkpoint SET at = at + 1")
        assert "was forged or changed" in (await broken(chain)).sentence
        await chain.tamper("UPDATE audit_checkpoint SET key_id = 'other'")
        assert "not among the keys that are believed" in (await broken(chain)).sentence


async def test_a_checkpoint_by_a_key_of_ones_own_is_found_by_the_key_kept_outside(
    database_url: str,
) -> None:
    async with chained(database_url, 5) as chain:
        real = {chain.signer.id: chain.signer.public}
        chain.signer = Signer(new_private())
        await chain.know()
        await chain.add(1)
        await chain.sign()
        await verify_stored(chain.db_sessions, ORG)
        with pytest.raises(Broken, match="not among the keys"):
            await verify_stored(chain.db_sessions, ORG, real)


async def test_an_entry_put_beside_the_chain_is_found(database_url: str) -> None:
    async with chained(database_url, 5) as chain:
        async with chain.db_sessions() as db, db.begin():
            db.add(AuditEntry.at_now(ORG, actor="eve", action="user:create"))
        assert (await verify_stored(chain.db_sessions, ORG)).waiting == 1
        await chain.tamper("DELETE FROM audit_pending")
        assert "put there past the console" in (await broken(chain)).sentence


async def test_retention_goes_by_segments_and_keeps_the_proof(
    database_url: str, tmp_path: Path
) -> None:
    async with chained(database_url, 7) as chain:
        await chain.add(4)
        async with chain.db_sessions() as db, db.begin():
            assert await cut(db, ORG, 5.0, chain.signer) is None  # nothing is so old
        async with chain.db_sessions() as db, db.begin():
            made = await cut(db, ORG, 9e12, chain.signer)
            assert made is not None
            assert made.sequence == 7  # not 11: what no checkpoint covers stays
        async with chain.db_sessions() as db, db.begin():
            assert await prune(db, ORG, 5) == 5
        async with chain.db_sessions() as db, db.begin():
            assert await prune(db, ORG, 5) == 2
        report = await verify_stored(chain.db_sessions, ORG)
        assert (report.first, report.last, report.signed) == (8, 11, 7)
        offline = verify_file(await exported(chain, tmp_path / "after.jsonl"))
        assert (offline.first, offline.last, offline.hash) == (8, 11, report.hash)
        with pytest.raises(DBAPIError, match="by retention only"):
            async with chain.engine.begin() as db:
                await db.execute(text("DELETE FROM audit_entry"))
        with pytest.raises(DBAPIError, match="by retention only"):
            async with chain.engine.begin() as db:
                await db.execute(text("DELETE FROM audit_checkpoint"))
        await chain.tamper("UPDATE audit_checkpoint SET sequence = 8 WHERE kind = 'cut'")
        assert "The cut at entry 8 was forged" in (await broken(chain)).sentence


async def test_values_come_with_places_and_go_with_the_last_entry(database_url: str) -> None:
    """Lists are searched by them: ``stays`` is in both halves, the other two in one each."""
    async with chained(database_url) as chain:
        await chain.know()
        await chain.add(2, actor="goes", target="stays")
        await chain.sign()
        async with chain.db_sessions() as db, db.begin():
            db.add(AuditEntry.at_now(ORG, actor="comes", target="stays"))
        assert "comes" not in await noted(chain)  # its entry has no place yet
        await chain.extend()
        assert await noted(chain) >= {"goes", "stays", "comes"}
        async with chain.db_sessions() as db, db.begin():
            await cut(db, ORG, 9e12, chain.signer)
            assert await prune(db, ORG, 1) == 1
        assert "goes" in await noted(chain)  # the other entry has it still
        async with chain.db_sessions() as db, db.begin():
            assert await prune(db, ORG, 5) == 1
        assert await noted(chain) >= {"stays", "comes"}
        assert "goes" not in await noted(chain)


async def noted(chain: Chained) -> set[str]:
    async with chain.db_sessions() as db:
        return set((await db.execute(select(col(AuditValue.value)))).scalars())


@pytest.mark.parametrize("with_key", [True, False])
async def test_an_unsigned_cut_lets_nothing_go(database_url: str, *, with_key: bool) -> None:
    """Whoever can insert rows makes one; the triggers, the verification and retention see it."""
    async with chained(database_url, 9) as chain:
        await chain.add(2)
        trusted = {chain.signer.id: chain.signer.public} if with_key else None
        async with chain.db_sessions() as db, db.begin():
            await checkpoint(db, ORG, await head(db, ORG), None, CUT)
        for table in ("audit_entry", "audit_link", "audit_checkpoint"):
            with pytest.raises(DBAPIError, match="by retention only"):
                async with chain.engine.begin() as db:
                    await db.execute(text(f"DELETE FROM {table}"))
        await chain.tamper(
            "DELETE FROM audit_checkpoint WHERE kind = 'head'",
            "DELETE FROM audit_link",
            "DELETE FROM audit_entry",
        )
        with pytest.raises(Broken, match="cut at entry 11 is not signed"):
            await verify_stored(chain.db_sessions, ORG, trusted)


async def test_an_unsigned_checkpoint_is_borne_only_before_the_first_signed_one(
    database_url: str,
) -> None:
    async with chained(database_url) as chain:
        for _ in range(2):
            await chain.add(3)
            async with chain.db_sessions() as db, db.begin():
                await checkpoint(db, ORG, await head(db, ORG), None)
        assert (await verify_stored(chain.db_sessions, ORG)).unsigned == 2
        trusted = {chain.signer.id: chain.signer.public}
        with pytest.raises(Broken, match="checkpoint at entry 3 is not signed"):
            await verify_stored(chain.db_sessions, ORG, trusted)
        async with chain.db_sessions() as db, db.begin():
            assert await cut(db, ORG, 9e12, None) is None
            assert await cut(db, ORG, 9e12, chain.signer) is None
        await chain.know()
        await chain.add(1)
        await chain.sign()
        assert (await verify_stored(chain.db_sessions, ORG)).unsigned == 2
        await chain.add(1)
        async with chain.db_sessions() as db, db.begin():
            await checkpoint(db, ORG, await head(db, ORG), None)
        assert "checkpoint at entry 8 is not signed" in (await broken(chain)).sentence


async def test_retention_does_not_sign_what_somebody_else_signed(database_url: str) -> None:
    async with chained(database_url, 3) as chain:
        await chain.add(2)
        async with chain.db_sessions() as db, db.begin():
            await checkpoint(db, ORG, await head(db, ORG), Signer(new_private()))
        async with chain.db_sessions() as db, db.begin():
            with pytest.raises(ForgedCheckpoint, match="at entry 5"):
                await cut(db, ORG, 9e12, chain.signer)


async def test_retention_during_a_verification_is_no_break(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chained(database_url, 7) as chain:
        await chain.add(4)

        async def late(*given: Any) -> AsyncIterator[list[Link]]:
            monkeypatch.setattr(stored, "links", links)
            async with chain.db_sessions() as db, db.begin():
                await cut(db, ORG, 9e12, chain.signer)
                assert await prune(db, ORG) == 7
            async for piece in links(*given):
                yield piece

        monkeypatch.setattr(stored, "links", late)
        report = await verify_stored(chain.db_sessions, ORG)
        assert (report.first, report.last) == (8, 11)


async def test_a_chain_that_was_cut_to_nothing_goes_on(database_url: str) -> None:
    async with chained(database_url, 3) as chain:
        async with chain.db_sessions() as db, db.begin():
            await cut(db, ORG, 9e12, chain.signer)
            assert await prune(db, ORG) == 3
        assert (await verify_stored(chain.db_sessions, ORG)).entries == 0
        await chain.add(2)
        async with chain.db_sessions() as db:
            assert (await head(db, ORG)).sequence == 5
        assert (await verify_stored(chain.db_sessions, ORG)).first == 4


async def test_a_changed_export_is_found(tmp_path: Path) -> None:
    async with chained(f"sqlite+aiosqlite:///{tmp_path}/test.db", 5) as chain:
        file = await exported(chain, tmp_path / "audit.jsonl")
    lines = file.read_text().splitlines()
    entries = [n for n, line in enumerate(lines) if '"type":"entry"' in line]
    record = json.loads(lines[entries[2]])
    record["entry"]["actor"] = "eve"
    changed = [*lines[: entries[2]], json.dumps(record), *lines[entries[2] + 1 :]]
    for wrong, says in (
        (changed, "Entry 3 "),
        ([line for n, line in enumerate(lines) if n != entries[1]], "Entry 2 is missing"),
        (lines[: entries[3]], "the last 2 of them were removed"),
    ):
        file.write_text("\n".join(wrong))
        with pytest.raises(Broken, match=says):
            verify_file(file)
    for text_, says in (("{", "is no JSON"), ("[]", "no line of an export"), ("", "no header")):
        file.write_text(text_)
        with pytest.raises(Unreadable, match=says):
            verify_file(file)


async def test_checkpoints_are_read_from_what_was_forwarded(tmp_path: Path) -> None:
    async with chained(f"sqlite+aiosqlite:///{tmp_path}/test.db", 5) as chain:
        file = await exported(chain, tmp_path / "audit.jsonl")
        assert read_statements(file) == await _checkpoints(chain)


async def _someone_waits(chain: Chained) -> bool:
    """For a lock, on this database."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'"
    )
    async with chain.engine.connect() as db:
        return bool((await db.execute(text(query))).scalar_one())


async def _checkpoints(chain: Chained) -> list:
    async with chain.db_sessions() as db:
        return await statements(db, ORG)
