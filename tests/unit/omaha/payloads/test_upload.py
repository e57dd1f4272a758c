import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.jobs.tables import JobRecord
from backend.omaha.payloads.digest import Digest
from backend.omaha.payloads.errors import (
    FileTooLarge,
    PayloadRefused,
    StorageFull,
    UploadConflict,
    UploadNotFound,
)
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.upload import LIFETIME, MAX_OPEN, Announced, Uploads
from backend.omaha.store.tables import UploadRecord
from tests.unit.omaha.payloads.samples import Broken, broken, payload, sha256, stream

DATA = payload(bytes(range(256)) * 20)
Sessions = async_sessionmaker[AsyncSession]
Replica = Callable[[], Uploads]


@pytest.fixture
def files(tmp_path: Path) -> PayloadFiles:
    return PayloadFiles(tmp_path / "payloads", reserve=0)


@pytest.fixture
async def db_sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url)
    await upgrade(engine)
    yield create_db_sessions(engine)
    await engine.dispose()


@pytest.fixture
def replica(files: PayloadFiles, db_sessions: Sessions) -> Callable[[], Uploads]:
    """The uploads as one more replica sees them."""
    return lambda: Uploads(files, db_sessions)


async def hosted(uploads: Uploads, key: str) -> Digest:
    """What the job that finishes an upload does with it."""
    digest = await uploads.check(key, lambda _: None)
    await uploads.store(key, digest, lambda _: None)
    return digest


async def given(uploads: Uploads, key: str, db_sessions: Sessions, job: str = "j" * 32) -> None:
    """To the job that finishes it, which is an unfinished one."""
    upload = await uploads.get(key)
    async with db_sessions() as session, session.begin():
        if await session.get(JobRecord, job) is None:
            session.add(JobRecord(id=job, kind="test", input="{}"))
            await session.flush()
        await uploads.give(session, upload, job)


def announced(kind: Format = Format.UPDATE, checksum: str | None = None) -> Announced:
    return Announced("flatcar-amd64-1.2.3.gz", len(DATA), kind, checksum)


async def test_a_whole_upload(files: PayloadFiles, replica: Replica, db_sessions: Sessions) -> None:
    uploads = replica()
    opened = await uploads.begin(announced(checksum=sha256(DATA).upper()))
    assert opened.offset == 0
    after = await uploads.append(opened.id, 0, stream(DATA, 999))
    assert after.offset == len(DATA)
    digest = await hosted(uploads, opened.id)
    assert files.path(digest.sha256).read_bytes() == DATA
    assert (await hosted(uploads, opened.id)).sha256 == digest.sha256, "it may be asked again"
    async with db_sessions() as session, session.begin():
        await uploads.abort(session, opened.id)
    await uploads.clear(opened.id)
    with pytest.raises(UploadNotFound):
        await uploads.get(opened.id)
    assert list((files.root / "uploads").iterdir()) == []


async def test_a_broken_upload_continues_where_it_stopped(
    files: PayloadFiles, replica: Replica
) -> None:
    first = replica()
    opened = await first.begin(announced())
    with pytest.raises(Broken):
        await first.append(opened.id, 0, broken(DATA[:1234]))
    after_restart = replica()
    assert (await after_restart.get(opened.id)).offset == 1234
    await after_restart.append(opened.id, 1234, stream(DATA[1234:2000]))
    await first.append(opened.id, 2000, stream(DATA[2000:]))
    assert (await hosted(after_restart, opened.id)).sha256 == sha256(DATA)


async def test_the_offset_must_be_the_next_byte(
    files: PayloadFiles, replica: Replica, db_sessions: Sessions
) -> None:
    uploads = replica()
    opened = await uploads.begin(announced())
    await uploads.append(opened.id, 0, stream(DATA[:100]))
    for wrong in (0, 99, 101):
        with pytest.raises(UploadConflict) as caught:
            await uploads.append(opened.id, wrong, stream(DATA[100:]))
        assert caught.value.offset == 100
        assert caught.value.body()["offset"] == 100
    with pytest.raises(UploadConflict, match="go on from there"):
        await given(uploads, opened.id, db_sessions)


async def test_only_one_writes_at_a_time(
    files: PayloadFiles, replica: Replica, db_sessions: Sessions
) -> None:
    uploads, other = replica(), replica()
    opened = await uploads.begin(announced())

    async def interrupted():
        yield DATA[:50]
        with pytest.raises(UploadConflict, match="Another connection"):
            await other.append(opened.id, 0, stream(DATA))
        with pytest.raises(UploadConflict, match="Another connection"):
            await given(other, opened.id, db_sessions)
        yield DATA[50:]

    await uploads.append(opened.id, 0, interrupted())
    assert (await hosted(uploads, opened.id)).sha256 == sha256(DATA)


@pytest.mark.parametrize(
    ("sent", "error"),
    [(DATA + b"x", FileTooLarge), (b"\x1f\x8b" + DATA[2:], PayloadRefused)],
)
async def test_what_cannot_become_right_is_forgotten_at_once(
    files: PayloadFiles, replica: Replica, sent: bytes, error: type[Exception]
) -> None:
    uploads = replica()
    opened = await uploads.begin(announced())
    with pytest.raises(error):
        await uploads.append(opened.id, 0, stream(sent))
    with pytest.raises(UploadNotFound):
        await uploads.get(opened.id)


async def test_a_wrong_checksum_is_found_at_the_end(files: PayloadFiles, replica: Replica) -> None:
    uploads = replica()
    opened = await uploads.begin(announced(checksum="ab" * 32))
    await uploads.append(opened.id, 0, stream(DATA))
    with pytest.raises(PayloadRefused, match="announced was"):
        await hosted(uploads, opened.id)
    assert files.addresses() == []


async def test_other_formats_are_taken_as_they_are(files: PayloadFiles, replica: Replica) -> None:
    uploads = replica()
    note = b"not a payload"
    opened = await uploads.begin(Announced("notes.txt", len(note), Format.RAW))
    await uploads.append(opened.id, 0, stream(note))
    assert (await hosted(uploads, opened.id)).sha256 == sha256(note)


async def test_unfinished_uploads_are_listed_bounded_and_expire(
    files: PayloadFiles, replica: Replica, db_sessions: Sessions
) -> None:
    uploads = replica()
    opened = [await uploads.begin(announced()) for _ in range(MAX_OPEN)]
    with pytest.raises(StorageFull, match="unfinished"):
        await uploads.begin(announced())
    assert {u.id for u in await uploads.list()} == {u.id for u in opened}
    await uploads.append(opened[0].id, 0, stream(DATA[:9]))
    await uploads.append(opened[1].id, 0, stream(DATA[:9]))
    old = time.time() - LIFETIME - 1
    for part in (files.root / "uploads").iterdir():
        os.utime(part, (old, old))
    stray = files.temporary()
    stray.touch()
    os.utime(stray, (old, old))
    async with db_sessions() as session, session.begin():
        await session.execute(
            update(UploadRecord).where(col(UploadRecord.id) == opened[0].id).values(updated_at=old)
        )
    assert await uploads.expire() == 1
    assert len(await uploads.list()) == MAX_OPEN - 1
    await uploads.begin(announced())
    left = [part.name.partition(".")[0] for part in (files.root / "uploads").iterdir()]
    assert left == [opened[1].id], "an old piece of an upload that goes on stays"


async def test_another_replica_goes_on_when_the_writer_is_gone(
    files: PayloadFiles, replica: Replica, db_sessions: Sessions
) -> None:
    """The first stalls with bytes it did not record, and wakes behind the second."""
    first, second = replica(), replica()
    opened = await first.begin(announced(checksum=sha256(DATA)))
    await first.append(opened.id, 0, stream(DATA[:300]))

    async def stalled():
        yield b"other bytes of a process that was stopped"
        async with db_sessions() as session, session.begin():
            await session.execute(update(UploadRecord).values(writer_until=0.0))  # time passes
        await second.append(opened.id, 300, stream(DATA[300:700]))
        yield b"and more"

    await first.append(opened.id, 300, stalled())
    assert (await first.get(opened.id)).offset == 700, "what the stalled one wrote is not recorded"
    await first.append(opened.id, 700, stream(DATA[700:]))
    digest = await hosted(second, opened.id)
    assert files.path(digest.sha256).read_bytes() == DATA


async def test_a_writer_whose_turn_is_over_is_told(
    replica: Replica, db_sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.omaha.payloads.upload.RECORD_SECONDS", 0.0)
    monkeypatch.setattr("backend.omaha.payloads.chunks.BATCH", 10)
    first, second = replica(), replica()
    opened = await first.begin(announced())

    async def stalled():
        yield DATA[:10]
        async with db_sessions() as session, session.begin():
            await session.execute(update(UploadRecord).values(writer_until=0.0))
        await second.append(opened.id, 10, stream(DATA[10:]))
        yield DATA[10:30]

    with pytest.raises(UploadConflict, match="Another connection went on"):
        await first.append(opened.id, 0, stalled())
    assert (await hosted(second, opened.id)).sha256 == sha256(DATA)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 32])
async def test_unknown_uploads(replica: Replica, db_sessions: Sessions, key: str) -> None:
    uploads = replica()
    with pytest.raises(UploadNotFound):
        await uploads.get(key)
    with pytest.raises(UploadNotFound):
        await uploads.append(key, 0, stream(b""))
    with pytest.raises(UploadNotFound):
        await given(uploads, key, db_sessions)


@pytest.mark.parametrize(
    "bad",
    [
        Announced("../x", 10, Format.RAW),
        Announced("x", 0, Format.RAW),
        Announced("x", 10, Format.RAW, "zz"),
    ],
)
async def test_an_announcement_is_checked_first(replica: Replica, bad: Announced) -> None:
    with pytest.raises(PayloadRefused):
        await replica().begin(bad)


@pytest.mark.parametrize("pieces", [1, 2])
@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("left", [None, 10])
async def test_an_upload_that_lost_bytes_is_not_hosted(
    files: PayloadFiles, replica: Replica, pieces: int, restarted: bool, left: int | None
) -> None:
    uploads = replica()
    opened = await uploads.begin(announced())
    for start in range(0, len(DATA), len(DATA) // pieces):
        await uploads.append(opened.id, start, stream(DATA[start:][: len(DATA) // pieces]))
    last = max((files.root / "uploads").iterdir(), key=lambda path: int(path.suffixes[0][1:]))
    if left is None:
        last.unlink()
    else:
        os.truncate(last, left)
    with pytest.raises(PayloadRefused, match="lost"):
        await hosted(replica() if restarted else uploads, opened.id)
    assert files.addresses() == []


async def test_a_writer_that_lost_its_turn_does_not_end_the_upload_of_the_next(
    files: PayloadFiles, replica: Replica, db_sessions: Sessions
) -> None:
    first, second = replica(), replica()
    opened = await first.begin(announced(checksum=sha256(DATA)))

    async def stalled():
        async with db_sessions() as session, session.begin():
            await session.execute(update(UploadRecord).values(writer_until=0.0))
        await second.append(opened.id, 0, stream(DATA[:300]))
        yield b"no payload at all" * 10 + DATA

    with pytest.raises((FileTooLarge, PayloadRefused)):
        await first.append(opened.id, 0, stalled())
    await second.append(opened.id, 300, stream(DATA[300:]))
    assert (await hosted(second, opened.id)).sha256 == sha256(DATA)


async def test_the_most_pieces_can_be_finished_and_one_more_takes_no_turn(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.omaha.payloads.records.MAX_PIECES", 2)
    uploads = replica()
    opened = await uploads.begin(announced())
    await uploads.append(opened.id, 0, stream(DATA[:100]))
    await uploads.append(opened.id, 100, stream(DATA[100:]))
    for _ in range(2):
        with pytest.raises(UploadConflict, match="2 pieces already"):
            await uploads.append(opened.id, len(DATA), stream(b""))
    assert (await hosted(uploads, opened.id)).sha256 == sha256(DATA)


async def test_one_job_has_a_whole_upload_until_it_gives_it_back(
    replica: Replica, db_sessions: Sessions
) -> None:
    uploads, first, second = replica(), "1" * 32, "2" * 32
    opened = await uploads.begin(announced())
    await uploads.append(opened.id, 0, stream(DATA))
    seen = await uploads.get(opened.id)  # before anybody asked to finish it
    await given(uploads, opened.id, db_sessions, first)
    with pytest.raises(UploadConflict, match="a job finishes"):
        await uploads.append(opened.id, len(DATA), stream(b"x"))
    with pytest.raises(UploadConflict, match="a job finishes"):
        async with db_sessions() as session, session.begin():
            await uploads.give(session, seen, second)
    for job in (second, first):
        async with db_sessions() as session, session.begin():
            await uploads.take_back(session, opened.id, job)
        assert (await uploads.get(opened.id)).job_id == ("" if job == first else first)
    await given(uploads, opened.id, db_sessions, second)


async def test_an_upload_that_a_job_has_does_not_expire(
    replica: Replica, db_sessions: Sessions
) -> None:
    uploads = replica()
    opened = await uploads.begin(announced())
    await uploads.append(opened.id, 0, stream(DATA))
    await given(uploads, opened.id, db_sessions)
    later = time.time() + LIFETIME + 60
    assert await uploads.expire(later) == 0
    async with db_sessions() as session, session.begin():
        await session.execute(update(JobRecord).values(finished=1.0))
    assert await uploads.expire(later) == 1, "a job that failed keeps nothing"
