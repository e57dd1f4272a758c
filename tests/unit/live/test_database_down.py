"""Tables kept in a database that goes down and comes back: a real PostgreSQL, killed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from backend.db.engine import create_engine
from backend.errors import Unavailable
from backend.live.guard import guard_of
from backend.live.hub import LiveHub
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.sql import SqlSource
from tests.postgres import cluster
from tests.property.test_lists import stored
from tests.property.things import METADATA, TABLE, THINGS, Thing
from tests.unit.live.browser import Browser, browser
from tests.unit.live.sample import Sockets, person

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


def thing(name: str) -> Thing:
    return Thing(name, "c1", "web", "p", name, "up", 1, None, None, True, None, {})


async def write(engine: AsyncEngine, name: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(TABLE.insert(), [stored(thing(name))])


async def until(tab: Browser, holds: Callable[[], bool], seconds: float = 90) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await tab.read()
            await asyncio.sleep(0.02)


async def open_table(tab: Browser, *filters: str) -> None:
    query = {"filter": list(filters)}
    await tab.send("subscribe", id="t", collection="things", query=query, offset=0, limit=9)
    await until(tab, lambda: "t" in tab.shown)


async def test_rows_stay_and_are_called_stale_until_it_is_back() -> None:
    with cluster() as postgres:
        engine = create_engine(postgres.create_database("down"))
        async with engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        await write(engine, "a")
        source = SqlSource(THINGS, async_sessionmaker(engine), TABLE)
        registry = Registry()
        registry.add(THINGS, source)
        hub = LiveHub(registry, Sockets({"now": person()}))
        tab, late = browser(hub, person()), browser(hub, person())
        work = asyncio.create_task(source.run())
        try:
            await open_table(tab)
            shown = tab.shown["t"]
            assert (shown.keys, shown.freshness[0]["state"]) == (["a"], "live")

            postgres.kill()
            source.notify()
            await until(tab, lambda: shown.freshness[0]["state"] == "stale")
            assert shown.freshness[0]["message"] == "the database cannot be read"
            assert (shown.keys, shown.total) == (["a"], 1), "what was known stays on the page"
            guard, query = guard_of(person(), THINGS), parse_query(THINGS)
            with pytest.raises(Unavailable, match="cannot be read now"):
                await source.page(query, guard, limit=9, after=None, now=0.0)
            await open_table(late, "name=a")
            problem = late.shown["t"].error
            assert problem is not None
            assert problem["status"] == 503, "a new table says why it has nothing"

            postgres.start()
            await write(engine, "b")
            # Nobody tells of it: the source asks by itself until it is answered.
            await until(tab, lambda: shown.keys == ["a", "b"])
            await until(tab, lambda: shown.freshness[0]["state"] == "live")
            assert shown.freshness[0]["message"] == ""
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await engine.dispose()
