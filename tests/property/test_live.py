"""Any sequence of changes, any query, any policy: what the frames add up to is the answer a
list gives, and nothing invisible is ever sent, also when rights change in mid-stream."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.db.engine import create_engine
from backend.live import slices
from backend.live.band import Band
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.session import LiveSession
from backend.live.slices import Slices
from backend.live.sql import SqlSource
from tests.property import oracle
from tests.property.things import KEYS, METADATA, TABLE, THINGS, people, queries, things
from tests.unit.live.browser import Browser
from tests.unit.live.sample import Sockets

windows = st.tuples(st.sampled_from([0, 0, 1, 3, 8]), st.sampled_from([1, 2, 5, 20]))
steps = st.one_of(
    st.tuples(st.just("flush beside"), st.none()),
    st.tuples(st.just("put"), things),
    st.tuples(st.just("put"), things),
    st.tuples(st.just("put"), things),
    st.tuples(st.just("remove"), st.sampled_from(KEYS)),
    st.tuples(st.just("flush"), st.none()),
    st.tuples(st.just("read"), st.none()),
    st.tuples(st.just("window"), windows),
    st.tuples(st.just("query"), queries),
    st.tuples(st.just("rights"), people),
    st.tuples(st.just("pause"), st.none()),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("relist"), st.lists(things, max_size=6, unique_by=lambda row: row.key)),
)


@pytest.fixture(autouse=True)
def narrow_bands_and_short_slices(monkeypatch):
    """Few rows are enough to make bands drift, and builds meet flushes half-way."""
    monkeypatch.setattr(Band, "SLACK", 1)
    monkeypatch.setattr(Slices, "SECONDS", -1.0)
    monkeypatch.setattr(slices, "CHUNK", 3)


class Watcher(Browser):
    """A browser that knows whose rights are in force and checks every row it is sent."""

    def __init__(self, session: LiveSession, principal) -> None:
        super().__init__(session)
        self.principal = principal
        self.strict = True

    def apply(self, text):
        frame = super().apply(text)
        for row in (*frame.get("rows", ()), *frame.get("upsert", ())):
            seen = oracle.visible(msgspec.convert(row, type=THINGS.row), self.principal)
            assert seen, "a row outside the rights in force"
        return frame


class World:
    """The console, one watcher, and the rows as they truly are."""

    def __init__(self, source, principal) -> None:
        self.source = source
        self.rows: dict = {}
        registry = Registry()
        registry.add(THINGS, source)
        self.caller = {"now": principal}
        self.hub = LiveHub(registry, Sockets(self.caller))
        self.session = LiveSession(self.hub, principal)
        self.session._rate.allow = lambda: True
        self.watcher = Watcher(self.session, principal)
        self.words: dict = {}
        self.offset, self.limit, self.paused = 0, 20, False
        self.flushing: asyncio.Task | None = None

    async def subscribe(self, words, offset, limit) -> None:
        self.words, self.offset, self.limit = words, offset, limit
        members = {"query": words, "offset": offset, "limit": limit}
        await self.watcher.send("subscribe", id="s", collection="things", **members)

    async def store(self, row) -> None:
        self.rows[row.key] = row
        self.source.put(row)

    async def discard(self, key) -> None:
        self.rows.pop(key, None)
        self.source.remove(key)

    async def relist(self, rows) -> None:
        for key in list(self.rows):
            await self.discard(key)
        for row in rows:
            await self.store(row)

    async def step(self, name, given) -> None:
        if name == "put":
            await self.store(given)
        elif name == "remove":
            await self.discard(given)
        elif name == "relist":
            await self.relist(given)
        elif name == "flush":
            await self.flush()
        elif name == "flush beside":
            await self.flushed()
            self.flushing = asyncio.create_task(self.source.flush())
            await asyncio.sleep(0)
        elif name == "read":
            await self.watcher.read()
        elif name == "window":
            self.offset, self.limit = given
            await self.watcher.send("window", id="s", offset=given[0], limit=given[1])
        elif name == "query":
            await self.subscribe(given, self.offset, self.limit)
        elif name == "rights":
            self.caller["now"] = self.watcher.principal = given
            await self.session.recheck()
        else:
            self.paused = name == "pause"
            await self.watcher.send(name)

    async def flushed(self) -> None:
        if self.flushing is not None:
            await self.flushing
            self.flushing = None

    async def flush(self) -> None:
        await self.flushed()
        await self.source.flush()

    async def settle(self) -> None:
        if self.paused:
            await self.watcher.send("resume")
        await self.flush()
        await self.watcher.read()

    def check(self) -> None:
        shown = self.watcher.shown["s"]
        query = parse_query(
            THINGS,
            filters=self.words["filter"],
            labels=self.words["labels"],
            q=self.words["q"],
            sort=self.words["sort"],
            facets=self.words["facet"],
        )
        now = time.time()
        found, facets = oracle.answer(self.rows.values(), query, self.watcher.principal, now)
        window = found[self.offset : self.offset + self.limit]
        assert [msgspec.convert(row, type=THINGS.row) for row in shown.rows] == window
        assert shown.total == len(found)
        assert shown.facets == json.loads(msgspec.json.encode(facets))


async def play(world, words, window, script) -> None:
    await world.subscribe(words, *window)
    for name, detail in script:
        await world.step(name, detail)
    await world.settle()
    world.check()
    world.session.close()
    assert world.source.views == 0


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.lists(things, max_size=12, unique_by=lambda row: row.key),
    words=queries,
    window=windows,
    principal=people,
    script=st.lists(steps, max_size=25),
)
def test_frames_add_up_to_the_list(first, words, window, principal, script):
    async def run():
        world = World(MemorySource(THINGS), principal)
        for row in first:
            await world.store(row)
        await play(world, words, window, script)

    asyncio.run(run())


class SqlWorld(World):
    """The rows are in a table; the source hears of changes by notices."""

    def __init__(self, source, principal, sessions) -> None:
        super().__init__(source, principal)
        self.sessions = sessions

    async def store(self, row) -> None:
        values = msgspec.structs.asdict(row)
        if row.seen is not None:
            values["seen"] = datetime.fromtimestamp(row.seen, UTC)
        await self._write(row.key, [TABLE.insert().values(values)])
        self.rows[row.key] = row

    async def discard(self, key) -> None:
        await self._write(key, [])
        self.rows.pop(key, None)

    async def _write(self, key, statements) -> None:
        async with self.sessions() as session, session.begin():
            for statement in [TABLE.delete().where(TABLE.c.key == key), *statements]:
                await session.execute(statement)
        self.source.notify({key})


@pytest.fixture
def database(database_url):
    with asyncio.Runner() as runner:
        engine = create_engine(database_url)

        async def make():
            async with engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)

        runner.run(make())
        yield runner, async_sessionmaker(engine, expire_on_commit=False)
        runner.run(engine.dispose())


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(words=queries, window=windows, principal=people, script=st.lists(steps, max_size=15))
def test_frames_of_a_table_add_up_to_the_list(database, words, window, principal, script):
    runner, sessions = database

    async def run():
        async with sessions() as session, session.begin():
            await session.execute(TABLE.delete())
        await play(
            SqlWorld(SqlSource(THINGS, sessions, TABLE), principal, sessions), words, window, script
        )

    runner.run(run())
