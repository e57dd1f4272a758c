"""Several consoles on one database that judge differently, and what outlives a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.commerce.licence.dates import grace_ends
from backend.commerce.licence.evaluation import Counts
from backend.commerce.licence.issuing import key_set_text
from backend.commerce.licence.keeper import Licences
from backend.commerce.licence.states import State
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.licence import LicenceEvent
from backend.db.migrate import upgrade
from backend.jobs import Leases
from backend.settings import Settings
from tests.unit.commerce.vendor import Vendor, at, licence

NOW = at(2027, 1, 1)
COUNTS: Counts = {"servers": 5, "clusters": 1}
LIMITED = {"servers": {"value": 100, "enforce": "soft"}}


class Place:
    """One database, and replicas that work on it."""

    def __init__(self, home: Path, sessions: async_sessionmaker[AsyncSession], bus: Bus) -> None:
        self.home, self.sessions, self.bus = home, sessions, bus
        self.vendor = Vendor()
        self.keys = home / "keys.json"
        self.keys.write_text(key_set_text(self.vendor.keys))

    def replica(
        self,
        counts: Counts = COUNTS,
        wall: Callable[[], float] = lambda: NOW,
        **settings: Any,
    ) -> Licences:
        known = Settings().model_copy(update={"licence_keys_file": self.keys} | settings)
        leases = Leases(self.sessions, self.bus)
        return Licences(known, self.sessions, self.bus, leases, lambda: counts, wall=wall)

    async def events(self) -> int:
        async with self.sessions() as db:
            query = select(func.count()).select_from(LicenceEvent)
            return int((await db.execute(query)).scalar_one())


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    await upgrade(engine)
    bus = Bus(engine)
    yield Place(tmp_path, create_db_sessions(engine, bus), bus)
    await engine.dispose()


@asynccontextmanager
async def running(*replicas: Licences) -> AsyncIterator[None]:
    """They do what they do in a console; the first is the one that writes."""
    tasks = []
    for one in replicas:
        tasks += [asyncio.create_task(one.record()), asyncio.create_task(one.run())]
        async with asyncio.timeout(10):
            while one is replicas[0] and one._fence is None:
                await asyncio.sleep(0.01)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_replicas_that_judge_differently_do_not_write_against_each_other(
    place: Place,
) -> None:
    token = SecretStr(place.vendor.token(entitlements=LIMITED))
    edge = grace_ends(licence())
    pairs = [
        (place.replica(licence=token), place.replica()),
        (
            place.replica({"servers": 100}, licence=token),
            place.replica({"servers": 101}, licence=token),
        ),
        (
            place.replica(wall=lambda: edge - 60, licence=token),
            place.replica(wall=lambda: edge + 60, licence=token),
        ),
    ]
    for first, second in pairs:
        before = await place.events()
        async with running(first, second):
            for _ in range(5):
                await first.look()
                await second.look()
                await asyncio.sleep(0.1)
            assert await place.events() - before <= 2


async def test_another_replica_writes_when_the_first_one_ends(place: Place) -> None:
    first = place.replica()
    second = place.replica(licence=SecretStr(place.vendor.token()))
    async with running(second):
        await second.look()
        assert await place.events() == 1
    async with running(first):
        await first.look()
        assert await place.events() == 2
        await second.look()
        assert (await second.ready()).standing.state is State.VALID
        assert await place.events() == 2


async def test_a_revocation_that_only_another_replica_knows_is_remembered(place: Place) -> None:
    token, revoking = place.vendor.token(), place.home / "revoking.json"
    revoking.write_text(key_set_text(place.vendor.revoking(jti=("LIC-1",))))
    first = place.replica()
    second = place.replica(licence=SecretStr(token), licence_keys_file=revoking)
    async with running(first, second):
        await second.look()
        await first.look()
        assert (await first.ready()).facts["LIC-1"].revoked == NOW
    later = place.replica(licence=SecretStr(token))
    assert (await later.ready()).standing.state is State.GRACE


async def test_keys_that_cannot_be_read_cost_nobody_the_last_good_licences(place: Place) -> None:
    file, good = place.home / "licence", place.keys.read_text()
    file.write_text(place.vendor.token())
    for keys, held in [
        (good, State.VALID),
        ("{", State.COMMUNITY),
        (key_set_text(Vendor().keys), State.COMMUNITY),
    ]:
        place.keys.write_text(keys)
        one = place.replica(licence_file=file)
        async with running(one):
            await one.look()
            assert (await one.ready()).standing.state is held
    place.keys.write_text(good)
    file.write_text("garbage")
    one = place.replica(licence_file=file)
    async with running(one):
        await one.look()
        assert (await one.ready()).standing.state is State.VALID
