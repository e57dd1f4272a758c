"""Broken downloads go on behind what is here, and no two transfers ever write to one file."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from backend.omaha.payloads.download import PART_LIFETIME, Downloads
from backend.omaha.payloads.errors import PayloadRefused, SourceFailed
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.parts import Parts
from backend.omaha.payloads.release import ReleaseFile
from tests.unit.omaha.payloads.samples import payload, sha256

DATA = payload(bytes(range(256)) * 4096)
FILE = ReleaseFile("update.gz", "hosted.gz", len(DATA), sha256(DATA))


class Mirror:
    """Sends `data` in pieces of 200,000 bytes; `between` is awaited after each, and says with
    False that the transfer breaks off."""

    title = "a mirror"

    def __init__(self, data: bytes = DATA, between: Callable[[int], object] | None = None) -> None:
        self.data = data
        self.between = between
        self.offsets: list[int] = []

    async def names(self) -> frozenset[str]:
        return frozenset()

    async def small(self, name: str) -> bytes | None:
        return None

    async def size(self, name: str) -> int | None:
        return len(self.data)

    async def stream(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        self.offsets.append(offset)
        data = self.data
        while offset < len(data):
            yield data[offset : offset + 200_000]
            offset += 200_000
            go_on = self.between and self.between(offset)
            if asyncio.iscoroutine(go_on):
                go_on = await go_on
            if go_on is False:
                raise SourceFailed("It broke off.")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.omaha.payloads.chunks.BATCH", 1000)


@pytest.fixture
def files(tmp_path: Path) -> PayloadFiles:
    return PayloadFiles(tmp_path / "payloads", reserve=0)


def folder(files: PayloadFiles) -> Path:
    return files.root / "imports" / "parts"


def nothing(_: int) -> None:
    return


async def fetched(files: PayloadFiles, source: Mirror) -> None:
    await Downloads(files).fetch(source, FILE, nothing)
    assert files.path(FILE.sha256).read_bytes() == DATA
    assert list(folder(files).iterdir()) == []


async def test_each_transfer_goes_on_behind_the_last_in_a_file_of_its_own(
    files: PayloadFiles,
) -> None:
    offsets = []
    for number, last in enumerate((400_000, 800_000), start=1):
        source = Mirror(between=lambda offset, last=last: offset < last)
        with pytest.raises(SourceFailed):
            await Downloads(files).fetch(source, FILE, nothing)
        assert Downloads(files).here(FILE) == last
        assert len(list(folder(files).iterdir())) == number
        offsets += source.offsets
    assert offsets == [0, 400_000]
    source = Mirror()
    await fetched(files, source)
    assert source.offsets == [800_000]


async def test_one_that_stalled_and_wakes_behind_another_spoils_nothing(
    files: PayloadFiles,
) -> None:
    """As a process that was stopped for longer than its lease: it writes on, and then breaks
    off; the one that took over breaks off too, and a third ends it."""
    stalled, woken = asyncio.Event(), asyncio.Event()

    async def sleep(offset: int) -> bool:
        if offset == 400_000:
            stalled.set()
            await woken.wait()
        return offset < 1_000_000

    async def first() -> None:
        with pytest.raises(SourceFailed):
            await Downloads(files).fetch(Mirror(between=sleep), FILE, nothing)

    async def wake(offset: int) -> bool:
        if offset == 600_000:
            woken.set()
            await sleeper
        return offset < 800_000

    sleeper = asyncio.create_task(first())
    await stalled.wait()
    with pytest.raises(SourceFailed):
        await Downloads(files).fetch(Mirror(between=wake), FILE, nothing)
    assert Downloads(files).here(FILE) == 800_000
    await fetched(files, Mirror())


async def test_one_that_wakes_when_all_is_done_finds_it_done(files: PayloadFiles) -> None:
    stalled, woken = asyncio.Event(), asyncio.Event()

    async def sleep(offset: int) -> bool:
        if offset == 400_000:
            stalled.set()
            await woken.wait()
        return True

    sleeper = asyncio.create_task(Downloads(files).fetch(Mirror(between=sleep), FILE, nothing))
    await stalled.wait()
    await fetched(files, Mirror())
    woken.set()
    assert (await sleeper).sha256 == FILE.sha256
    assert files.path(FILE.sha256).read_bytes() == DATA


async def test_bytes_that_were_lost_on_the_disk_are_fetched_again(files: PayloadFiles) -> None:
    for last in (400_000, 800_000):
        source = Mirror(between=lambda offset, last=last: offset < last)
        with pytest.raises(SourceFailed):
            await Downloads(files).fetch(source, FILE, nothing)
    first = min(folder(files).iterdir())
    os.truncate(first, 399_999)
    assert Downloads(files).here(FILE) == 0
    source = Mirror()
    await fetched(files, source)
    assert source.offsets == [0]


async def test_wrong_bytes_are_forgotten(files: PayloadFiles) -> None:
    with pytest.raises(PayloadRefused, match="SHA-256"):
        await Downloads(files).fetch(Mirror(DATA[:-1] + b"!"), FILE, nothing)
    assert list(folder(files).iterdir()) == []
    await fetched(files, Mirror())


def test_what_nobody_goes_on_with_is_swept_and_nothing_else(files: PayloadFiles) -> None:
    parts = Parts(folder(files))
    old, fresh = "a" * 64, "b" * 64
    paths = []
    for name in (old, fresh):
        for offset in (0, 1):
            path, part = parts.open(name, offset)
            part.write(b"x")
            part.close()
            paths.append(path)
    earlier = folder(files) / f"{'c' * 64}.part"  # as an older console called it
    earlier.touch()
    past = time.time() - PART_LIFETIME - 60
    for path in (*paths[:3], earlier):  # the first of `fresh` is old, but somebody goes on
        os.utime(path, (past, past))
    Downloads(files).expire()
    assert sorted(folder(files).iterdir()) == sorted(paths[2:])


def test_no_two_transfers_get_one_file(files: PayloadFiles) -> None:
    parts = Parts(folder(files))
    opened = [parts.open("a" * 64, 5) for _ in range(3)]
    assert len({path for path, _ in opened}) == 3
    for _, part in opened:
        part.close()
