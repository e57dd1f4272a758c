"""Several consoles on one database that judge differently, and what outlives a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.commerce.licence.clock import Trust
from backend.commerce.licence.dates import grace_ends
from backend.commerce.licence.evaluation import Counts
from backend.commerce.licence.issuing import key_set_text
from backend.commerce.licence.keeper import Licences
from backend.commerce.licence.states import State
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.licence import LicenceEvent, LicenceState
from backend.db.migrate import upgrade
from backend.jobs import Leases
from backend.settings import Settings
from tests.unit.commerce.vendor import DAY, Vendor, at, licence
from tests.waiting import until

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
        running: Callable[[], float] = lambda: 0.0,
        **settings: Any,
    ) -> Licences:
        known = Settings().model_copy(update={"licence_keys_file": self.keys} | settings)
        leases = Leases(self.sessions, self.bus)
        return Licences(
            known, self.sessions, self.bus, leases, lambda: counts, wall=wall, running=running
        )

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

        async def heard() -> bool:
            """What the other wrote is told a moment later."""
            return "LIC-1" in (await first.ready()).facts

        await until(heard)
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


async def test_a_clock_that_a_person_set_is_not_set_back_by_who_was_about_to_write(
    place: Place,
) -> None:
    time = {"wall": NOW}
    one = place.replica(wall=lambda: time["wall"])
    async with running(one):
        await one.look()
        one._mark = NOW + DAY  # what it saw and did not write yet
        time["wall"] = NOW - 10 * DAY
        async with place.sessions() as db, db.begin():
            await db.execute(update(LicenceState).values(mark=NOW - 10 * DAY, resets=1))
        await one._write()
        async with place.sessions() as db:
            row = (await db.execute(select(LicenceState))).scalar_one()
        assert row.mark == NOW - 10 * DAY
        assert one.situation().clock.trust is Trust.GOOD


async def test_a_machine_that_was_off_is_watched_again_after_a_day(place: Place) -> None:
    time = {"wall": NOW, "running": 0.0}
    one = place.replica(wall=lambda: time["wall"], running=lambda: time["running"])
    async with running(one):
        await one.look()
        time["wall"] += 2 * DAY
        for _ in range(24):
            await one.look()
            assert one.situation().clock.trust is Trust.UNCONFIRMED
            time["wall"] += 3600
            time["running"] += 3600
        await one.look()
        assert one.situation().clock.trust is Trust.GOOD
        time["wall"] -= 30 * DAY
        await one.look()
        assert one.situation().clock.trust is Trust.SUSPECT


async def test_a_superseded_licence_does_not_come_back_by_its_old_file(place: Place) -> None:
    file, old = place.home / "licence", place.vendor.token()
    new = place.vendor.token(jti="LIC-2", sequence=2, supersedes=["LIC-1"], entitlements=LIMITED)
    one = place.replica(licence_file=file)
    async with running(one):
        for text, state in [
            (old, State.VALID), (f"{old}\n{new}", State.VALID), (old, State.COMMUNITY),
        ]:  # fmt: skip
            file.write_text(text)
            await one.look()
            assert (await one.ready()).standing.state is state
    later = place.replica(licence_file=file)
    assert (await later.ready()).standing.state is State.COMMUNITY
