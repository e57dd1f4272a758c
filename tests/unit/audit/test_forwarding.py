"""The record goes to its receivers: whole, in order, at least once, whatever fails meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text

from backend.audit.exported import read_statements
from backend.audit.stored import verify_stored
from backend.db.bus import Bus
from backend.features.activity import forwarding as module
from backend.features.activity.forwarded import known_row, views
from backend.features.activity.forwarding import Forwarding
from backend.features.overview.receivers import Receivers, receiver_problem
from integrations.contract import UpstreamUnreachable
from integrations.receivers.file import FileSender
from integrations.receivers.line import Line
from integrations.receivers.settings import AnyReceiver, FileReceiver
from tests.unit.audit.chained import ORG, Chained, chained
from tests.waiting import until


class Taking:
    """A receiver of the test's own: takes everything, or fails as long as it is told to."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.batches: list[int] = []
        self.down = ""

    async def send(self, lines: Sequence[Line]) -> None:
        if self.down:
            raise UpstreamUnreachable("siem", self.down)
        self.batches.append(len(lines))
        self.lines += [json.loads(line.text) for line in lines]

    @property
    def entries(self) -> list[int]:
        return [line["sequence"] for line in self.lines if line["type"] == "entry"]


def forwarding(chain: Chained, taking: Taking | None, **more: Any) -> Forwarding:
    settings = FileReceiver(kind="file", name="siem", path=Path("/nowhere/record"), **more)
    return Forwarding(chain.db_sessions, Bus(chain.engine), ORG, settings, taking)


def failing_gauge() -> float:
    return module.FAILING.labels("siem")._value.get()


async def shown(chain: Chained) -> Any:
    settings = FileReceiver(kind="file", name="siem", path=Path("/nowhere/record"))
    async with chain.db_sessions() as db:
        return (await views(db, ORG, (settings,)))[0]


async def test_all_is_sent_once_and_in_order_in_bounded_batches(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    async with chained(database_url, 7) as chain:
        taking = Taking()
        sending = forwarding(chain, taking)
        assert await sending.look() is None
        assert taking.entries == [1, 2, 3, 4, 5, 6, 7]
        assert taking.batches == [3, 3, 2], "the checkpoint comes with the entry it is of"
        (checkpoint,) = [line for line in taking.lines if line["type"] == "checkpoint"]
        assert checkpoint["sequence"] == 7
        assert taking.lines[0]["entry"]["actor"] == "ada0"
        assert await sending.look() is None
        assert len(taking.entries) == 7
        await chain.add(2)
        monkeypatch.setattr(module, "MOST_BYTES", 10)
        assert await sending.look() is None
        assert (taking.entries[7:], taking.batches[3:]) == ([8, 9], [1, 1])
        found = await shown(chain)
        assert (found.sequence, found.behind, found.failing, found.message) == (9, 0, None, "")


async def test_a_receiver_that_is_down_loses_nothing_and_says_why(database_url: str) -> None:
    async with chained(database_url, 2) as chain:
        taking = Taking()
        sending = forwarding(chain, taking)
        taking.down = "siem cannot be reached"
        pauses = [await sending.look() for _ in range(8)]
        assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
        found = await shown(chain)
        assert (found.behind, found.message) == (2, "siem cannot be reached")
        since = found.failing
        assert since is not None
        await chain.add(1)
        await sending.look()
        assert (await shown(chain)).failing == since, "since when, not when it was tried last"
        taking.down = ""
        assert await sending.look() is None
        assert taking.entries == [1, 2, 3]
        assert (await shown(chain)).failing is None


async def test_an_alarm_ends_where_another_replica_sent_what_this_one_could_not(
    database_url: str,
) -> None:
    async with chained(database_url, 2) as chain:
        broken, other = Taking(), Taking()
        broken.down = "no"
        ours = forwarding(chain, broken)
        assert await ours.look() == 1.0
        assert failing_gauge() == 1.0
        assert await forwarding(chain, other).look() is None
        module.FAILING.labels("siem").set(1)  # both replicas are of this process here
        assert await ours.look() is None
        assert failing_gauge() == 0.0


async def test_an_error_of_our_own_is_told_too(database_url: str) -> None:
    class Wrong(Taking):
        async def send(self, lines: Sequence[Line]) -> None:
            raise ZeroDivisionError

    async with chained(database_url, 2) as chain:
        assert await forwarding(chain, Wrong()).look() == 1.0
        assert "error of the console's own" in (await shown(chain)).message
        taking = Taking()
        assert await forwarding(chain, taking).look() is None, "the claim was given back"
        assert taking.entries == [1, 2]


async def test_a_place_behind_the_end_is_no_success(database_url: str) -> None:
    async with chained(database_url, 2) as chain:
        sending = forwarding(chain, Taking())
        assert await sending.look() is None
        async with chain.engine.begin() as db:
            await db.execute(text("UPDATE audit_forward SET sequence = 9000000000000"))
        assert await sending.look() == module._LONGEST_PAUSE
        found = await shown(chain)
        assert found.failing is not None
        assert "past the console" in found.message
        assert failing_gauge() == 1.0


async def test_one_replica_sends_at_a_time_and_one_that_died_is_followed(
    database_url: str,
) -> None:
    async with chained(database_url, 2) as chain:
        dead, taking = forwarding(chain, Taking()), Taking()
        await known_row(chain.db_sessions, ORG, dead._settings)
        assert await dead._claim() == (0, 0)
        heir = forwarding(chain, taking)
        pause = await heir.look()
        assert pause is not None
        assert taking.lines == []
        async with chain.engine.begin() as db:
            await db.execute(text(f"UPDATE audit_forward SET until = until - {2 * 60}"))
        assert await heir.look() is None
        assert taking.entries == [1, 2]
        assert not await dead._write(sequence=0), "who lost the claim turns nothing back"


async def test_two_that_begin_at_once_make_one_row(database_url: str) -> None:
    async with chained(database_url, 3) as chain:
        both = [Taking(), Taking()]
        await asyncio.gather(*(forwarding(chain, one).look() for one in both))
        assert sorted(both[0].entries + both[1].entries) == [1, 2, 3]


async def test_a_receiver_may_begin_with_what_comes_next(database_url: str) -> None:
    async with chained(database_url, 3) as chain:
        taking = Taking()
        sending = forwarding(chain, taking, since="now")
        assert await sending.look() is None
        await chain.add(1)
        assert await sending.look() is None
        assert taking.entries == [4]


async def test_the_loop_follows_the_news_into_a_file_that_proves_the_record(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "record.jsonl"
    async with chained(database_url, 2) as chain:
        bus = Bus(chain.engine)
        settings = FileReceiver(kind="file", name="siem", path=file)
        listening = asyncio.create_task(bus.run())
        task = asyncio.create_task(Forwarding(chain.db_sessions, bus, ORG, settings).run())
        try:
            await until(lambda: file.exists() and file.read_text().count('"type":"entry"') == 2)
            file.rename(tmp_path / "record.jsonl.1")
            await chain.add(1, actor="eve")
            await chain.sign()
            # What a replica says to itself goes another way: here the table is looked at anew.
            bus.look_again()
            await until(lambda: file.exists() and '"type":"checkpoint"' in file.read_text())
        finally:
            for one in (task, listening):
                one.cancel()
            await asyncio.gather(task, listening, return_exceptions=True)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        said = read_statements(file)
        assert [one.sequence for one in said] == [3]
        await chain.tamper(
            "DELETE FROM audit_checkpoint WHERE sequence = 3",
            "DELETE FROM audit_link WHERE sequence = 3",
            "DELETE FROM audit_entry WHERE actor = 'eve'",
        )
        assert (await verify_stored(chain.db_sessions, ORG)).last == 2, "without it nobody knows"
        with pytest.raises(Exception, match="3"):
            await verify_stored(chain.db_sessions, ORG, outside=said)


async def test_a_full_disk_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, honest = tmp_path / "record", os.write
    sender = FileSender(FileReceiver(kind="file", name="siem", path=path))
    await sender.send([Line("{}", 1, 0.0)])
    full: list[int] = []

    def write(file: int, data: bytes) -> int:
        if full:
            raise OSError(28, "No space left on device")
        full.append(1)
        return honest(file, data[:5])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(UpstreamUnreachable, match="No space left"):
        await sender.send([Line('{"a":1}', 2, 0.0), Line("{}", 3, 0.0)])
    assert path.read_text() == "{}\n"


async def test_what_a_killed_process_left_takes_no_entry_with_it(tmp_path: Path) -> None:
    path = tmp_path / "record"
    path.write_text('{"n":1}\n{"n":2,"ent')
    await FileSender(FileReceiver(kind="file", name="siem", path=path)).send(
        [Line('{"n":2}', 2, 0)]
    )
    assert path.read_text().split("\n") == ['{"n":1}', '{"n":2,"ent', '{"n":2}', ""]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "webhook", "url": "http://siem.example/in"}, "give https"),
        ({"kind": "webhook", "url": "https://a:b@siem.example/in"}, "no user and password"),
        ({"kind": "webhook", "url": "ftp://siem.example"}, "https URL"),
        ({"kind": "webhook", "url": "https://siem.example:abc/"}, "no host, or no port"),
        ({"kind": "webhook", "url": "https://a..b/"}, "no host, or no port"),
        ({"kind": "syslog", "host": "a..b"}, "no name of a host"),
        ({"kind": "syslog", "host": "", "port": 0}, "at least 1"),
        ({"kind": "pigeon"}, "tag"),
    ],
)
def test_what_is_no_receiver_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(AnyReceiver).validate_python({"name": "siem", **given})


async def test_a_receiver_that_takes_nothing_for_a_minute_is_a_problem(database_url: str) -> None:
    async with chained(database_url, 2) as chain:
        overview = Receivers(chain.db_sessions, ORG, ["siem"])
        taking = Taking()
        taking.down = "connection refused by 10.0.0.7"
        sending = forwarding(chain, taking)
        await sending.look()
        await overview.look()
        assert overview.rows.get("receiver/siem") is None, "a restart is no news"
        async with chain.db_sessions() as db, db.begin():
            await db.execute(text("UPDATE audit_forward SET failing = failing - 90"))
        await overview.look()
        row = overview.rows.get("receiver/siem")
        assert row is not None
        problem = receiver_problem(row)
        assert (problem.name, problem.severity, problem.link) == ("siem", "warning", "/activity")
        assert "10.0.0.7" not in str(problem), "where it stands is for who may read the record"
        taking.down = ""
        assert await sending.look() is None
        await overview.look()
        assert overview.rows.get("receiver/siem") is None
        async with chain.db_sessions() as db, db.begin():
            await db.execute(text("UPDATE audit_forward SET sequence = 99, sent = 5"))
        await overview.look()
        row = overview.rows.get("receiver/siem")
        assert row is not None, "a place that is none of the record"
        assert row.since == 5
