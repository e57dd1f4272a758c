"""Filters by age: time alone moves rows out of an open table, and into it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.db.engine import create_engine
from backend.live import memory, sql, sql_where
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.live.source import Source
from backend.live.sql import SqlSource
from tests.property.test_lists import stored
from tests.property.things import METADATA, TABLE, THINGS, Thing
from tests.unit.live.browser import Shown, browser
from tests.unit.live.sample import PODS, Sockets, person, pod

NOON = 1_800_000_000.0
MINUTE = 60.0


class Clock:
    """The wall clock of the sources; monotonic time goes on as it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOON
        false = SimpleNamespace(time=lambda: self.now, monotonic=time.monotonic)
        for module in (memory, sql, sql_where):
            if hasattr(module, "time"):
                monkeypatch.setattr(module, "time", false)
            if hasattr(module, "REFRESH"):
                monkeypatch.setattr(module, "REFRESH", 0.05)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


ROWS = [pod(f"p{age}", created=NOON - age * MINUTE) for age in (5, 60, 115)]


AGED = [
    Thing(
        row.key, row.cluster, row.namespace, "p", row.name, "up", 1, None, row.created, True, "", {}
    )
    for row in ROWS
]
"""The same, for a table."""


def in_memory() -> MemorySource:
    source = MemorySource(PODS)
    for row in ROWS:
        source.put(row)
    return source


@asynccontextmanager
async def table_shown(source: Source, *filters: str, sort: str = "-created"):
    """A tab with one table, and the source at work behind it."""
    registry = Registry()
    registry.add(source.collection, source)
    hub = LiveHub(registry, Sockets({"now": person()}))
    tab = browser(hub, person())
    work = asyncio.create_task(source.run())
    try:
        query = {"filter": list(filters), "sort": [sort]}
        await tab.send(
            "subscribe", id="t", collection=source.collection.name, query=query, offset=0, limit=10
        )

        async def until(names: list[str]) -> Shown:
            async with asyncio.timeout(60):
                while True:
                    await tab.read()
                    shown = tab.shown.get("t")
                    if shown and [row["name"] for row in shown.rows] == names:
                        return shown
                    await asyncio.sleep(0.01)

        yield until
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def moved_by_time(until: Callable, clock: Clock) -> None:
    shown = await until(["p5", "p60", "p115"])
    clock.now += 6 * MINUTE
    assert (await until(["p5", "p60"])).total == 2
    clock.now += 55 * MINUTE
    await until(["p5"])
    clock.now += 120 * MINUTE
    assert (await until([])).total == 0
    assert shown.snapshots == 1, "the rows went one by one, not by a new table"


async def test_rows_grow_too_old_for_an_open_table(clock: Clock) -> None:
    async with table_shown(in_memory(), "created>-2h") as until:
        await moved_by_time(until, clock)


async def test_rows_grow_old_enough_for_an_open_table(clock: Clock) -> None:
    async with table_shown(in_memory(), "created<-2h") as until:
        await until([])
        clock.now += 6 * MINUTE
        await until(["p115"])
        clock.now += 120 * MINUTE
        await until(["p5", "p60", "p115"])


async def test_a_table_without_an_age_is_not_asked_again(clock: Clock) -> None:
    source = in_memory()
    plans = 0
    plan = source.plan

    def counted(*asked):
        nonlocal plans
        plans += 1
        return plan(*asked)

    source.plan = counted
    async with table_shown(source, "restarts=0") as until:
        await until(["p5", "p60", "p115"])
        clock.now += 300 * MINUTE
        await asyncio.sleep(0.3)
        await until(["p5", "p60", "p115"])
        assert plans == 1


async def test_a_table_in_the_database_moves_alike(clock: Clock, database_url: str) -> None:
    engine = create_engine(database_url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
            await connection.execute(TABLE.insert(), [stored(thing) for thing in AGED])
        source = SqlSource(THINGS, async_sessionmaker(engine), TABLE)
        async with table_shown(source, "seen>-2h", sort="-seen") as until:
            await moved_by_time(until, clock)
    finally:
        await engine.dispose()
