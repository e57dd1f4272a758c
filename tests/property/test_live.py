"""Any sequence of changes, any query, any policy: what the frames add up to is the answer a
list gives, and nothing invisible is ever sent, also when rights change in mid-stream."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from itertools import chain

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.db.engine import create_engine
from backend.live import slices
from backend.live.connection import LiveConnection
from backend.live.hub import LiveHub
from backend.live.memory import MemorySource
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.slices import Slices
from backend.live.sql import SqlSource
from backend.live.window_buffer import WindowBuffer
from tests.property import oracle
from tests.property.things import KEYS, METADATA, TABLE, THINGS, people, queries, things, tweaks
from tests.unit.live.browser import Browser
from tests.unit.live.sample import Sockets

windows = st.tuples(st.sampled_from([0, 0, 0, 1, 3, 8]), st.sampled_from([1, 2, 3, 5, 20]))
many_things = st.lists(things, min_size=6, max_size=12, unique_by=lambda row: row.key)
changes = st.one_of(
    st.tuples(st.just("put"), things),
    st.tuples(st.just("tweak"), tweaks),
    st.tuples(st.just("tweak"), tweaks),
    st.tuples(st.just("remove"), st.sampled_from(KEYS)),
)
acts = st.one_of(
    st.tuples(st.just("relist"), many_things),
    st.tuples(st.just("window"), windows),
    st.tuples(st.just("query"), queries),
    st.tuples(st.just("query beside"), queries),
    st.tuples(st.just("rights"), people),
    st.tuples(st.just("pause"), st.none()),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("flush beside"), st.none()),
)
shows = st.sampled_from([("show", None)] * 5 + [("flush", None), ("read", None), ("nothing", None)])
rounds = st.tuples(
    st.lists(acts, max_size=1), st.lists(changes, min_size=1, max_size=4), shows
).map(lambda parts: [*parts[0], *parts[1], parts[2]])
scripts = st.lists(rounds, min_size=3, max_size=8).map(
    lambda listed: [("show", None), *chain.from_iterable(listed)]
)


class Watcher(Browser):
    """A browser that knows whose rights are in force and checks every row it is sent."""

    def __init__(self, session: LiveConnection, principal) -> None:
        super().__init__(session)
        self.principal = principal

    def apply(self, text):
        frame = super().apply(text)
        for row in (*frame.get("rows", ()), *frame.get("upsert", ())):
            sent = msgspec.convert(row, type=THINGS.row)
            assert oracle.visible(sent, self.principal), "a row outside the rights in force"
            assert oracle.shown(sent, self.principal) == sent, "a cell outside them"
        return frame


@pytest.fixture(autouse=True)
def narrow_bands_and_short_slices(monkeypatch):
    """Few rows are enough to make bands drift, and builds meet flushes half-way."""
    monkeypatch.setattr(WindowBuffer, "SLACK", 1)
    monkeypatch.setattr(Slices, "SECONDS", -1.0)
    monkeypatch.setattr(slices, "CHUNK", 3)


class World:
    """The console, one watcher, and the rows as they truly are."""

    def __init__(self, source, principal) -> None:
        self.source = source
        self.rows: dict = {}
        registry = Registry()
        registry.add(source.collection, source)
        self.caller = {"now": principal}
        self.hub = LiveHub(registry, Sockets(self.caller))
        self.session = LiveConnection(self.hub, principal)
        self.session._rate.allow = lambda: True
        self.watcher = Watcher(self.session, principal)
        self.words: dict = {}
        self.offset, self.limit, self.paused = 0, 20, False
        self.flushing: asyncio.Task | None = None
        self.asking: list[asyncio.Task] = []

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

    async def step(self, name, detail) -> None:
        await getattr(self, f"do_{name.replace(' ', '_')}")(detail)

    async def do_put(self, row) -> None:
        await self.store(row)

    async def do_remove(self, key) -> None:
        await self.discard(key)

    async def do_tweak(self, detail) -> None:
        key, field, value = detail
        if key in self.rows:
            await self.store(msgspec.structs.replace(self.rows[key], **{field: value}))

    async def do_relist(self, rows) -> None:
        for key in list(self.rows):
            await self.discard(key)
        for row in rows:
            await self.store(row)

    async def do_flush(self, _) -> None:
        await self.flush()

    async def do_nothing(self, _) -> None:
        """Let the next changes meet what is not read yet."""

    async def do_show(self, _) -> None:
        await self.flush()
        await self.watcher.read()

    async def do_flush_beside(self, _) -> None:
        await self.flushed()
        self.flushing = asyncio.create_task(self.source.flush())
        await asyncio.sleep(0)

    async def do_read(self, _) -> None:
        await self.watcher.read()

    async def do_window(self, detail) -> None:
        self.offset, self.limit = detail
        await self.watcher.send("window", id="s", offset=detail[0], limit=detail[1])

    async def do_query(self, words) -> None:
        await self.subscribe(words, self.offset, self.limit)

    async def do_query_beside(self, words) -> None:
        asking = self.subscribe(words, self.offset, self.limit)
        self.asking.append(asyncio.create_task(asking))
        await asyncio.sleep(0)

    async def do_rights(self, principal) -> None:
        self.caller["now"] = self.watcher.principal = principal
        await self.session.recheck()

    async def do_pause(self, _) -> None:
        self.paused = True
        await self.watcher.send("pause")

    async def do_resume(self, _) -> None:
        self.paused = False
        await self.watcher.send("resume")

    async def flushed(self) -> None:
        if self.flushing is not None:
            await self.flushing
            self.flushing = None

    async def flush(self) -> None:
        await self.flushed()
        await self.source.flush()

    async def settle(self) -> None:
        await asyncio.gather(*self.asking)
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
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=many_things,
    words=queries,
    window=windows,
    principal=people,
    script=scripts,
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

    def __init__(self, source, principal, db_sessions) -> None:
        super().__init__(source, principal)
        self.db_sessions = db_sessions

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
        async with self.db_sessions() as session, session.begin():
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
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(words=queries, window=windows, principal=people, script=scripts)
def test_frames_of_a_table_add_up_to_the_list(database, words, window, principal, script):
    runner, db_sessions = database

    async def run():
        async with db_sessions() as session, session.begin():
            await session.execute(TABLE.delete())
        await play(
            SqlWorld(SqlSource(THINGS, db_sessions, TABLE), principal, db_sessions),
            words,
            window,
            script,
        )

    runner.run(run())
