"""A snapshot that is left, or breaks, before its size is known ends, and says so in the record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import httpx2
import pytest

from backend.errors import TooManyRequests
from backend.features.runbooks.snapshots import Snapshots, Taking
from backend.http.attempt import Attempt
from integrations.contract import IntegrationError
from integrations.etcd.settings import EtcdSettings
from integrations.etcd.transport import Gateway
from tests.unit.runbooks.looking import member

FIRST = b'{"result": {"remaining_bytes": "1000", "blob": "AAAA"}}\n'


class Recorded:
    """What is on record of it."""

    def __init__(self) -> None:
        self.over = False
        self.ends: list[tuple[str, str]] = []

    async def end(self, outcome: str, told: str = "") -> None:
        self.over = True
        self.ends.append((outcome, told))


class Slow(httpx2.AsyncByteStream):
    """A first part that is sent once `begins` is set; or what breaks instead."""

    def __init__(self, begins: asyncio.Event, breaks: Exception | None = None) -> None:
        self._begins, self._breaks = begins, breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await self._begins.wait()
        if self._breaks:
            raise self._breaks
        yield FIRST


def taking(stream: Slow) -> tuple[Taking, Recorded]:
    settings = EtcdSettings(name="own", endpoints=("http://m1.invalid:2379",))
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, stream=stream))
    recorded = Recorded()
    made = Taking(Gateway(settings, transport), member(1), cast("Attempt", recorded), 9)
    return made, recorded


async def test_a_reader_who_leaves_before_it_begins_ends_it() -> None:
    begins = asyncio.Event()
    made, recorded = taking(Slow(begins))
    run = asyncio.create_task(made.run())
    reader = asyncio.create_task(made.known())
    await asyncio.sleep(0.05)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    begins.set()
    async with asyncio.timeout(5):
        await run
    assert recorded.ends == [("failed", "The reader left before the end.")]


async def test_what_nobody_expected_ends_it_too_and_the_reader_does_not_wait_for_ever() -> None:
    begins = asyncio.Event()
    begins.set()
    made, recorded = taking(Slow(begins, RuntimeError("not expected")))
    run = asyncio.create_task(made.run())
    with pytest.raises(IntegrationError, match="broken off"):
        async with asyncio.timeout(5):
            await made.known()
    await asyncio.gather(run, return_exceptions=True)
    assert [outcome for outcome, _ in recorded.ends] == ["failed"]


def test_those_that_are_about_to_begin_count() -> None:
    snapshots = Snapshots()
    with snapshots.place(), snapshots.place(), pytest.raises(TooManyRequests), snapshots.place():
        pass
    with snapshots.place():
        pass
