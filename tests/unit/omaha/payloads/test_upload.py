import os
import time
from pathlib import Path

import pytest

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
from tests.unit.omaha.payloads.samples import Broken, broken, payload, sha256, stream

DATA = payload(bytes(range(256)) * 20)


@pytest.fixture
def files(tmp_path: Path) -> PayloadFiles:
    return PayloadFiles(tmp_path / "payloads", reserve=0)


def announced(kind: Format = Format.UPDATE, checksum: str | None = None) -> Announced:
    return Announced("flatcar-amd64-1.2.3.gz", len(DATA), kind, checksum)


async def test_a_whole_upload(files: PayloadFiles) -> None:
    uploads = Uploads(files)
    opened = uploads.begin(announced(checksum=sha256(DATA).upper()))
    assert opened.offset == 0
    after = await uploads.append(opened.id, 0, stream(DATA, 999))
    assert after.offset == len(DATA)
    digest = await uploads.finish(opened.id)
    assert files.path(digest.sha256).read_bytes() == DATA
    with pytest.raises(UploadNotFound):
        uploads.get(opened.id)
    assert list((files.root / "uploads").iterdir()) == []


async def test_a_broken_upload_continues_where_it_stopped(files: PayloadFiles) -> None:
    first = Uploads(files)
    opened = first.begin(announced())
    with pytest.raises(Broken):
        await first.append(opened.id, 0, broken(DATA[:1234]))
    after_restart = Uploads(files)
    assert after_restart.get(opened.id).offset == 1234
    await after_restart.append(opened.id, 1234, stream(DATA[1234:2000]))
    await first.append(opened.id, 2000, stream(DATA[2000:]))
    assert (await after_restart.finish(opened.id)).sha256 == sha256(DATA)


async def test_the_offset_must_be_the_next_byte(files: PayloadFiles) -> None:
    uploads = Uploads(files)
    opened = uploads.begin(announced())
    await uploads.append(opened.id, 0, stream(DATA[:100]))
    for wrong in (0, 99, 101):
        with pytest.raises(UploadConflict) as caught:
            await uploads.append(opened.id, wrong, stream(DATA[100:]))
        assert caught.value.offset == 100
        assert caught.value.body()["offset"] == 100
    with pytest.raises(UploadConflict, match="send the rest"):
        await uploads.finish(opened.id)


async def test_only_one_writes_at_a_time(files: PayloadFiles) -> None:
    uploads, other = Uploads(files), Uploads(files)
    opened = uploads.begin(announced())

    async def interrupted():
        yield DATA[:50]
        with pytest.raises(UploadConflict, match="Another connection"):
            await other.append(opened.id, 0, stream(DATA))
        with pytest.raises(UploadConflict, match="Another connection"):
            await other.finish(opened.id)
        yield DATA[50:]

    await uploads.append(opened.id, 0, interrupted())
    assert (await uploads.finish(opened.id)).sha256 == sha256(DATA)


@pytest.mark.parametrize(
    ("sent", "error"),
    [(DATA + b"x", FileTooLarge), (b"\x1f\x8b" + DATA[2:], PayloadRefused)],
)
async def test_what_cannot_become_right_is_forgotten_at_once(
    files: PayloadFiles, sent: bytes, error: type[Exception]
) -> None:
    uploads = Uploads(files)
    opened = uploads.begin(announced())
    with pytest.raises(error):
        await uploads.append(opened.id, 0, stream(sent))
    with pytest.raises(UploadNotFound):
        uploads.get(opened.id)


async def test_a_wrong_checksum_is_found_at_the_end(files: PayloadFiles) -> None:
    uploads = Uploads(files)
    opened = uploads.begin(announced(checksum="ab" * 32))
    await uploads.append(opened.id, 0, stream(DATA))
    with pytest.raises(PayloadRefused, match="announced was"):
        await uploads.finish(opened.id)
    assert files.addresses() == []


async def test_other_formats_are_taken_as_they_are(files: PayloadFiles) -> None:
    uploads = Uploads(files)
    note = b"not a payload"
    opened = uploads.begin(Announced("notes.txt", len(note), Format.RAW))
    await uploads.append(opened.id, 0, stream(note))
    assert (await uploads.finish(opened.id)).sha256 == sha256(note)


def test_unfinished_uploads_are_listed_bounded_and_expire(files: PayloadFiles) -> None:
    uploads = Uploads(files)
    opened = [uploads.begin(announced()) for _ in range(MAX_OPEN)]
    with pytest.raises(StorageFull, match="unfinished"):
        uploads.begin(announced())
    assert {u.id for u in uploads.list()} == {u.id for u in opened}
    old = time.time() - LIFETIME - 1
    os.utime(files.root / "uploads" / f"{opened[0].id}.part", (old, old))
    assert uploads.expire() == 1
    assert len(uploads.list()) == MAX_OPEN - 1
    uploads.begin(announced())


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 32])
async def test_unknown_uploads(files: PayloadFiles, key: str) -> None:
    uploads = Uploads(files)
    with pytest.raises(UploadNotFound):
        uploads.get(key)
    with pytest.raises(UploadNotFound):
        await uploads.append(key, 0, stream(b""))
    uploads.abort(key)


@pytest.mark.parametrize(
    "bad",
    [
        Announced("../x", 10, Format.RAW),
        Announced("x", 0, Format.RAW),
        Announced("x", 10, Format.RAW, "zz"),
    ],
)
def test_an_announcement_is_checked_first(files: PayloadFiles, bad: Announced) -> None:
    with pytest.raises(PayloadRefused):
        Uploads(files).begin(bad)
